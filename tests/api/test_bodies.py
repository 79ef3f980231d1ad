"""Bodies of every bad kind: each gets a 4xx in JSON, and nothing of it reaches a log as an error."""

from __future__ import annotations

import gzip
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.client import GRAPHQL_RESPONSE, Client, code_of

QUERY = "{ viewer { role } }"
GOOD = json.dumps({"query": QUERY})
LEADS = "query ($f: LeadFilter) { leads(first: 1, filter: $f) { totalCount } }"


@pytest.fixture(autouse=True)
def _nothing_unforeseen(caplog: pytest.LogCaptureFixture) -> Any:
    yield
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"\0",
        b"{",
        b"nonsense",
        b'{"query": "\xff"}',
        b"\xff\xfe{\0}\0",
        GOOD.encode("utf-16"),
        GOOD.encode("utf-32"),
        b"\xef\xbb\xbf" + GOOD.encode(),
        b"[" * 100_000,
        b'{"query":"{a}","variables":' + b'{"a":' * 50_000 + b"1" + b"}" * 50_001,
        b"null",
        b"true",
        b"1",
        b'"text"',
        b"[]",
        b"[" + GOOD.encode() + b"]",
        b"{}",
        b'{"query": null}',
        b'{"query": 1}',
        b'{"query": ["a"]}',
        b'{"query": {}}',
        b'{"document": "{ a }"}',
        b'{"query": "{ a }", "variables": []}',
        b'{"query": "{ a }", "variables": "{}"}',
        b'{"query": "{ a }", "variables": 1}',
        b'{"query": "{ a }", "operationName": 1}',
        b'{"query": "{ a }", "operationName": {}}',
        b'{"query": "{ a }", "extensions": []}',
        b'{"query": "{ a }", "extensions": "x"}',
        b'{"query": "{ a }", "variables": {"a": NaN}}',
        b'{"query": "{ a }", "variables": {"a": Infinity}}',
        b'{"query": "{ a }", "variables": {"a": -Infinity}}',
        b'{"query": "{ a }", "variables": {"a": 01}}',
        b'{"query": "{ a }", "variables": {"a": "\\ud800"}}',
        b'{"query": "{ a }",}',
        b"{'query': '{ a }'}",
        GOOD.encode() + b"x",
    ],
)
async def test_malformed_bodies(api: Client, body: bytes) -> None:
    for accept in ("application/json", GRAPHQL_RESPONSE):
        response = await api.post(body, accept=accept)
        assert (response.status_code, code_of(response)) == (400, "BAD_USER_INPUT"), response.text


@pytest.mark.parametrize(
    "members",
    [{"variables": None}, {"operationName": None}, {"extensions": None}, {"extensions": {"a": 1}}, {"unknown": [1]}],
)
async def test_what_may_be_left_out_may_be_null(api: Client, members: dict[str, object]) -> None:
    response = await api.post(json.dumps({"query": QUERY, **members}))
    assert (response.status_code, response.json()["data"]) == (200, {"viewer": {"role": "ADMIN"}})


@pytest.mark.parametrize(
    "variables",
    [
        '{"id": 1' + "0" * 400 + "}",
        '{"id": 1e999}',
        '{"id": -1e-999}',
        '{"id": 18446744073709551616}',
        '{"id": [[["lead"]]]}',
        '{"id": {}}',
        '{"id": "lead_\\u0000"}',
        '{"id": "lead_' + "é" * 36 + '"}',
        '{"id": ""}',
        '{"id": true}',
    ],
)
async def test_odd_ids(api: Client, variables: str) -> None:
    response = await api.post(
        '{"query": "query ($id: ID!) { lead(id: $id) { id } }", "variables": ' + variables + "}",
        accept=GRAPHQL_RESPONSE,
    )
    assert (response.status_code, code_of(response)) == (400, "BAD_USER_INPUT"), response.text


@pytest.mark.parametrize("n", ["99999999999999999999", "1" + "0" * 500, "2147483648", "1.5", "1e999", '"1"', "[1, 2]"])
async def test_odd_numbers(api: Client, n: str) -> None:
    body = '{"query": "query ($n: Int) { leads(first: $n) { totalCount } }", "variables": {"n": ' + n + "}}"
    response = await api.post(body, accept=GRAPHQL_RESPONSE)
    assert (response.status_code, code_of(response)) == (400, "BAD_USER_INPUT"), response.text


@pytest.mark.parametrize("comparison", ["eq", "contains", "startsWith", "gt"])
async def test_a_nul_character_cannot_be_looked_for(api: Client, comparison: str) -> None:
    response = await api.ask(LEADS, {"f": {"name": {comparison: "a\0b"}}}, accept=GRAPHQL_RESPONSE)
    assert (response.status_code, code_of(response)) == (400, "BAD_USER_INPUT")
    literal = 'query { leads(first: 1, filter: {name: {eq: "a\\u0000b"}}) { totalCount } }'
    response = await api.ask(literal, accept=GRAPHQL_RESPONSE)
    assert (response.status_code, code_of(response)) == (400, "BAD_USER_INPUT")


async def test_a_refused_value_costs_no_connection(api: Client) -> None:
    switches = api.pool.counters.switches
    for _ in range(5):
        assert code_of(await api.ask(LEADS, {"f": {"name": {"eq": "\0"}}})) == "BAD_USER_INPUT"
    assert (await api.ask(QUERY)).status_code == 200
    assert api.pool.counters.switches <= switches + 1


async def test_wide_variables(api: Client) -> None:
    wide = {"or": [{"score": {"eq": n}} for n in range(300)]}
    response = await api.ask(LEADS, {"f": wide}, accept=GRAPHQL_RESPONSE)
    assert (response.status_code, code_of(response)) == (400, "QUERY_TOO_COMPLEX")


async def test_deep_variables(api: Client) -> None:
    deep: dict[str, object] = {}
    for _ in range(400):
        deep = {"not": deep}
    response = await api.ask(LEADS, {"f": deep}, accept=GRAPHQL_RESPONSE)
    assert (response.status_code, code_of(response)) == (400, "QUERY_TOO_COMPLEX")


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/graphql", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "",
     "application/json; charset=utf-16", "application/json-seq"],
)  # fmt: skip
async def test_other_content_types_are_refused(api: Client, content_type: str) -> None:
    response = await api.post(GOOD, content_type=content_type)
    assert (response.status_code, code_of(response)) == (415, "BAD_USER_INPUT")


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json;charset=utf-8", 'APPLICATION/JSON; charset="UTF-8"']
)
async def test_json_is_read(api: Client, content_type: str) -> None:
    assert (await api.post(GOOD, content_type=content_type)).status_code == 200


async def test_compressed_bodies_are_refused(api: Client) -> None:
    response = await api.post(gzip.compress(GOOD.encode()), content_encoding="gzip")
    assert (response.status_code, code_of(response)) == (415, "BAD_USER_INPUT")
    assert (await api.post(GOOD, content_encoding="identity")).status_code == 200


async def test_a_body_may_come_in_pieces(api: Client) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for character in GOOD.encode():
            yield bytes([character])

    headers = {**api.headers, "content-type": "application/json"}
    response = await api.http.post("/graphql", content=pieces(), headers=headers)
    assert response.status_code == 200


@pytest.mark.parametrize(
    "query_string",
    ["", "query", "query=%ff", "query={a}&query={a}", "variables={}", "query={viewer{role}}&variables=[]",
     "query={viewer{role}}&variables={", "query={viewer{role}}&variables=%ff", "query={viewer{role}}&extensions=1",
     "&".join(f"a{n}=1" for n in range(30))],
)  # fmt: skip
async def test_malformed_query_strings(api: Client, query_string: str) -> None:
    response = await api.http.get(f"/graphql?{query_string}", headers=api.headers)
    assert (response.status_code, code_of(response)) == (400, "BAD_USER_INPUT"), response.text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=10,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=200)
    | st.fixed_dictionaries(
        {"query": JSON | st.just(LEADS)},
        optional={"variables": JSON | st.dictionaries(st.just("f"), JSON), "operationName": JSON, "extensions": JSON},
    ).map(lambda members: json.dumps(members).encode())
)
async def test_whatever_is_sent_is_answered_in_json(api: Client, body: bytes) -> None:
    response = await api.post(body, accept=GRAPHQL_RESPONSE)
    assert response.status_code in {200, 400}
    assert response.json().keys() & {"data", "errors"}
