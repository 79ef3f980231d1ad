"""Whole operations: one application in this process, on the tests' real PostgreSQL, asked by whom a test likes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from typing import TypeAlias

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from db import rollups, search
from db.engine import asyncpg_dsn, server_settings, workspace_transaction
from db.seed import MARGIN_RATE, seed
from tests.api.client import Client, client
from tests.conftest import TokenFactory, WorkspaceFactory
from tests.factories.oddities import add_oddities
from tests.journeys.bench import Bench
from tests.journeys.examples import UNTIL, Demo
from tests.oracle.rows import load
from tests.oracle.server import Server

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


@pytest.fixture(scope="session")
async def bench(database_url: str, engine: AsyncEngine, make_workspace: WorkspaceFactory) -> AsyncIterator[Bench]:
    """The demo company, some rows that are harder to get right, and another workspace that nobody should see."""
    own = await make_workspace(time_zone="America/New_York")
    other = await make_workspace()
    await seed(engine, own.id, lambda _step: None)
    await seed(engine, other.id, lambda _step: None, until=date(2026, 7, 1))
    for workspace in (own, other):
        async with workspace_transaction(engine, workspace.id) as connection:
            await add_oddities(connection, workspace.id)
            # The factories write past what is derived.
            await search.rebuild(connection, workspace.id)
            await rollups.rebuild(connection, workspace.id)
    everything = await asyncpg.connect(asyncpg_dsn(database_url))
    served = await asyncpg.connect(asyncpg_dsn(database_url), server_settings=server_settings())
    try:
        world = await load(everything, own.id)
        await served.execute("SELECT set_config('wavelength.workspace', $1, false)", str(own.id))
        member = world.tables["member"][0]["id"]
        yield Bench(Server(served, world.workspace, member=member), world)
    finally:
        await served.close()
        await everything.close()
