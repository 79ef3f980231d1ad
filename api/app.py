"""The application: /graphql straight to its endpoint, everything else through Starlette."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from api.auth import Authenticator
from api.endpoint import Endpoint, Services
from api.execution import Executor, create_compiler, create_partner_pool, create_pool
from api.failures import told
from api.health import live, ready
from api.merging import Merger
from api.responses import HttpError, errors_body, request_id
from api.settings import Settings
from api.watch import Watch
from db.engine import create_engine

GRAPHQL_PATH = "/graphql"
COMMAND_CONNECTIONS = 4
"""Connections for mutations, each of which holds one for a whole transaction."""


class Application:
    """Sends /graphql past Starlette's middleware and router, which cost as much as a short query."""

    def __init__(self, endpoint: ASGIApp, others: Starlette) -> None:
        self._endpoint = endpoint
        self._others = others
        self.state = others.state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan" and scope["path"] == GRAPHQL_PATH:
            await self._endpoint(scope, receive, send)
        else:
            await self._others(scope, receive, send)


def create_app(settings: Settings | None = None, database_url: str | None = None) -> Application:
    """The ASGI application on one database; both default to what the environment says."""
    settings = settings or Settings()
    url = database_url or settings.database_url
    if url is None:
        raise ValueError("no database: set DATABASE_URL, or run `wavelength serve`, which starts one")
    endpoint = Endpoint(settings)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        pool, partners = create_pool(settings, url), create_partner_pool(settings, url)
        engine = create_engine(
            url,
            pool_size=COMMAND_CONNECTIONS,
            pool_timeout=settings.pool_wait_seconds,
            statement_timeout=settings.statement_timeout_seconds,
        )
        # Whoever merges waits for nobody: to make the roll-ups of a large workspace anew takes longer than a statement may.
        background = create_engine(url, pool_size=1)
        merger = Merger(background, settings.merge_seconds)
        try:
            await pool.open()
            await partners.open()
            executor = Executor(create_compiler(settings), pool, partners, engine)
            endpoint.services = Services(
                Authenticator(pool),
                executor,
                Watch(settings.request_timeout_seconds, asyncio.get_running_loop()),
                merger,
            )
            merger.start()
            app.state.pool, app.state.executor = pool, executor
            yield
        finally:
            await merger.stop()
            await partners.close()
            await pool.close()
            await engine.dispose()
            await background.dispose()

    others = Starlette(
        routes=[Route("/health/live", live), Route("/health/ready", ready)],
        exception_handlers={HTTPException: _refused, Exception: _failed},
        lifespan=lifespan,
    )
    return Application(_with_cors(endpoint, settings), others)


def _with_cors(endpoint: ASGIApp, settings: Settings) -> ASGIApp:
    if not settings.cors_origins:
        return endpoint
    return CORSMiddleware(
        endpoint,
        allow_origins=settings.cors_origins,
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", "X-Request-Id"],
        expose_headers=["X-Request-Id", "Retry-After"],
    )


def _refused(request: Request, error: Exception) -> Response:
    """Starlette's own refusals (no such path, wrong method) as JSON."""
    assert isinstance(error, HTTPException)
    id_ = request_id(request.headers.get("x-request-id", "").encode("latin-1"))
    wrong = HttpError(HTTPStatus(error.status_code), f"{error.detail}.").error
    headers = {**(error.headers or {}), "x-request-id": id_}
    return Response(errors_body([wrong], id_), error.status_code, headers, "application/json")


def _failed(request: Request, error: Exception) -> Response:
    """Anything unforeseen outside /graphql, masked as it is there."""
    id_ = request_id(request.headers.get("x-request-id", "").encode("latin-1"))
    body = errors_body(told(error, id_), id_)
    return Response(body, HTTPStatus.INTERNAL_SERVER_ERROR, {"x-request-id": id_}, "application/json")
