from __future__ import annotations

import pytest

from tests.api.client import Client, client, code_of

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


async def test_a_browser_gets_graphiql_without_a_token(api: Client) -> None:
    response = await api.http.get("/graphql", headers={"accept": BROWSER})
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "<title>Wavelength</title>" in response.text
    assert "isHeadersEditorEnabled: true" in response.text
    assert "Authorization" in response.text


@pytest.mark.parametrize(
    "accept", ["*/*", "application/json, text/html", "text/html;q=0.5, application/json", "text/*"]
)
async def test_a_program_gets_json(api: Client, accept: str) -> None:
    response = await api.http.get("/graphql?query={viewer{role}}", headers={**api.headers, "accept": accept})
    assert response.headers["content-type"].startswith("application/") or response.status_code == 406
    assert "<html" not in response.text


async def test_a_post_never_gets_a_page(api: Client) -> None:
    response = await api.ask("{ viewer { role } }", accept=BROWSER)
    assert response.json()["data"] == {"viewer": {"role": "ADMIN"}}


async def test_it_can_be_turned_off(database_url: str) -> None:
    async with client(database_url, graphiql=False) as running:
        response = await running.http.get("/graphql", headers={"accept": BROWSER})
        assert (response.status_code, code_of(response)) == (401, "UNAUTHENTICATED")
