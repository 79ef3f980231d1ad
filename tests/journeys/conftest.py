"""Whole operations: one application in this process, on the tests' real PostgreSQL, asked by whom a test likes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeAlias

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from db.seed import MARGIN_RATE, seed
from tests.api.client import Client, client
from tests.conftest import TokenFactory, WorkspaceFactory
from tests.journeys.examples import UNTIL, Demo

Asking: TypeAlias = Callable[[str], Client]
FoundDemo: TypeAlias = Callable[[], Awaitable[Demo]]


@pytest.fixture(scope="session")
async def asking(database_url: str) -> AsyncIterator[Asking]:
    """Gives the application's client with a token; its limits on time are those of a slow machine."""
    async with client(database_url, pool_wait_seconds=30, request_timeout_seconds=60) as running:
        yield lambda token: Client(running.http, running.pool, running.executor, token)


@pytest.fixture(scope="session")
def found_demo(
    make_workspace: WorkspaceFactory, make_token: TokenFactory, engine: AsyncEngine, asking: Asking
) -> FoundDemo:
    """Makes a new workspace with the demo company in it."""

    async def found() -> Demo:
        workspace = await make_workspace(name="Demo", margin_rate=MARGIN_RATE)
        await seed(engine, workspace.id, lambda _progress: None, until=UNTIL)
        return Demo(workspace, asking(await make_token(workspace.id)))

    return found
