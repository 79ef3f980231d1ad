"""The application as tests ask it: through HTTP, without a socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from asgi_lifespan import LifespanManager

from api.app import create_app
from api.execution import Executor
from api.settings import Settings
from db.pool import Pool

GRAPHQL_RESPONSE = "application/graphql-response+json"


class Client:
    """One running application and an HTTP client of it; ``token`` is sent unless headers say otherwise."""

    def __init__(self, http: httpx.AsyncClient, pool: Pool, executor: Executor, token: str | None) -> None:
        self.http = http
        self.pool = pool
        self.executor = executor
        self.token = token

    @property
    def headers(self) -> dict[str, str]:
        return {} if self.token is None else {"authorization": f"Bearer {self.token}"}

    async def post(self, content: bytes | str, **headers: str) -> httpx.Response:
        """Send a body as it is; underscores in the names of headers stand for hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.post(
            "/graphql", content=content, headers={"content-type": "application/json", **self.headers, **named}
        )

    async def ask(self, document: str, variables: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
        """Send one operation."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        body = {"query": document, "variables": variables}
        return await self.http.post("/graphql", json=body, headers={**self.headers, **named})

    async def data(self, document: str, variables: dict[str, Any] | None = None) -> Any:
        """What one operation answers, which must have no errors."""
        response = await self.ask(document, variables)
        assert response.status_code == 200, response.text
        answer = response.json()
        assert "errors" not in answer, answer
        return answer["data"]


@asynccontextmanager
async def client(database_url: str, token: str | None = None, **settings: Any) -> AsyncIterator[Client]:
    """A client of an application of its own with these settings."""
    # Tests write rows of their own, of which no delta tells: the roll-ups stay unused unless a test wants them.
    app = create_app(Settings(**{"merge_seconds": 3600} | settings), database_url)
    async with LifespanManager(app) as running:
        transport = httpx.ASGITransport(app=running.app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
            yield Client(http, app.state.pool, app.state.executor, token)


def code_of(response: httpx.Response) -> str:
    """The code of the only error of a response, which must have the request's id too."""
    answer = response.json()
    assert len(answer["errors"]) == 1, answer
    extensions = answer["errors"][0]["extensions"]
    assert extensions["requestId"] == response.headers["x-request-id"]
    code: str = extensions["code"]
    return code
