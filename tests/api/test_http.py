"""GraphQL over HTTP: methods, media types and status codes."""

from __future__ import annotations

import logging

import pytest

from tests.api.client import GRAPHQL_RESPONSE, Client, client, code_of

QUERY = "{ viewer { role } }"
DATA = {"data": {"viewer": {"role": "ADMIN"}}, "extensions": {"cost": 1}}
JSON = "application/json; charset=utf-8"
GRAPHQL = "application/graphql-response+json; charset=utf-8"


async def test_post_answers_a_query(api: Client) -> None:
    response = await api.ask(QUERY)
    assert response.status_code == 200
    assert response.headers["content-type"] == JSON
    assert response.json() == DATA


async def test_get_answers_a_query(api: Client) -> None:
    parameters = {"query": "query A($n: Int!) { leads(first: $n) { totalCount } }", "variables": '{"n": 1}'}
    response = await api.http.get("/graphql", params={**parameters, "operationName": "A"}, headers=api.headers)
    assert response.status_code == 200
    assert response.json()["data"] == {"leads": {"totalCount": 0}}


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/json", JSON),
        ("application/json, text/plain, */*", JSON),
        ("application/graphql-response+json", GRAPHQL),
        ("application/graphql-response+json, application/json;q=0.9", GRAPHQL),
        ("application/graphql-response+json;q=0.5, application/json;q=0.9", JSON),
        ("application/json, application/graphql-response+json", GRAPHQL),
        ("application/graphql-response+json; charset=utf-8", GRAPHQL),
        ("*/*, application/json;q=0", GRAPHQL),
        ("text/event-stream, application/json", JSON),
        ("text/event-stream, */*;q=0.1", JSON),
        ("APPLICATION/JSON", JSON),
    ],
)
async def test_the_client_chooses_the_media_type(api: Client, accept: str | None, expected: str) -> None:
    headers = {**api.headers, "accept": accept} if accept is not None else api.headers
    request = api.http.build_request("POST", "/graphql", json={"query": QUERY}, headers=headers)
    if accept is None:
        del request.headers["accept"]
    response = await api.http.send(request)
    assert (response.status_code, response.headers["content-type"]) == (200, expected)


@pytest.mark.parametrize("accept", ["text/html", "image/png", "application/json;q=0", "*/*;q=0", "text/event-stream"])
async def test_nothing_else_can_be_accepted(api: Client, accept: str) -> None:
    response = await api.ask(QUERY, accept=accept)
    assert response.status_code == 406
    assert response.headers["content-type"] == JSON
    assert code_of(response) == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    ("document", "variables", "code"),
    [
        ("{", {}, "GRAPHQL_PARSE_FAILED"),
        ("", {}, "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ("query ($n: Int!) { leads(first: $n) { totalCount } }", {}, "BAD_USER_INPUT"),
        ("query ($n: Int!) { leads(first: $n) { totalCount } }", {"n": "x"}, "BAD_USER_INPUT"),
        ("{ leads(first: 1000) { nodes { id } } }", {}, "BAD_USER_INPUT"),
        ("query A { viewer { role } } query B { viewer { role } }", {}, "BAD_USER_INPUT"),
    ],
)
async def test_failures_before_execution(api: Client, document: str, variables: dict[str, object], code: str) -> None:
    old = await api.ask(document, variables)
    assert (old.status_code, code_of(old), "data" in old.json()) == (200, code, False)
    new = await api.ask(document, variables, accept=GRAPHQL_RESPONSE)
    assert (new.status_code, code_of(new), "data" in new.json()) == (400, code, False)
    assert new.headers["content-type"] == GRAPHQL


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])
async def test_other_methods_are_refused(api: Client, method: str) -> None:
    response = await api.http.request(method, "/graphql", headers=api.headers)
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, POST"


@pytest.mark.parametrize("operation", ["mutation { a }", "subscription { a }"])
async def test_what_the_schema_does_not_have_is_not_valid(api: Client, operation: str) -> None:
    response = await api.ask(operation, accept=GRAPHQL_RESPONSE)
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (
        400,
        "GRAPHQL_VALIDATION_FAILED",
    )


async def test_an_unknown_path_is_told_in_json(api: Client) -> None:
    response = await api.http.get("/nothing", headers={"x-request-id": "mine"})
    assert response.status_code == 404
    assert response.headers["x-request-id"] == "mine"
    assert code_of(response) == "NOT_FOUND"


async def test_a_wrong_method_elsewhere_is_told_in_json(api: Client) -> None:
    response = await api.http.post("/health/live")
    assert response.status_code == 405
    assert "GET" in response.headers["allow"]
    assert code_of(response) == "BAD_USER_INPUT"


async def test_every_answer_has_a_request_id(api: Client) -> None:
    first, second = await api.ask(QUERY), await api.ask(QUERY)
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert (await api.ask(QUERY, x_request_id="a-1.b_C")).headers["x-request-id"] == "a-1.b_C"


@pytest.mark.parametrize("given", ["", "a b", "a\tb", "x" * 129, "<script>"])
async def test_an_odd_request_id_is_replaced(api: Client, given: str) -> None:
    replaced = (await api.ask(QUERY, x_request_id=given)).headers["x-request-id"]
    assert replaced
    assert replaced != given


async def test_an_unforeseen_error_is_masked_and_logged(
    api: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(api.executor.compiler, "known", fail)
    with caplog.at_level(logging.ERROR, "wavelength.api"):
        for accept in ("application/json", GRAPHQL_RESPONSE):
            response = await api.ask(QUERY, accept=accept, x_request_id="lost")
            assert (response.status_code, code_of(response)) == (500, "INTERNAL")
            assert "secret" not in response.text
    assert "lost" in caplog.records[0].getMessage()
    assert "secret detail" in caplog.text


async def test_origins_of_browsers_are_told_apart(database_url: str, make_token: object) -> None:
    async with client(database_url, cors_origins=["https://app.example.com"]) as running:
        preflight = {"access-control-request-method": "POST", "access-control-request-headers": "authorization"}
        allowed = await running.http.options("/graphql", headers={"origin": "https://app.example.com", **preflight})
        assert allowed.status_code == 200
        assert allowed.headers["access-control-allow-origin"] == "https://app.example.com"
        other = await running.http.options("/graphql", headers={"origin": "https://evil.example.com", **preflight})
        assert other.status_code == 400
        assert "access-control-allow-origin" not in other.headers


async def test_without_configured_origins_no_browser_is_let_in(api: Client) -> None:
    response = await api.ask(QUERY, origin="https://app.example.com")
    assert "access-control-allow-origin" not in response.headers
