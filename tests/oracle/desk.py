"""Rows written in a transaction that is never committed, and questions about them that both sides answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.engine import enter_workspace
from db.models import Role
from schema.build import vocabulary
from tests.oracle.comparison import differences
from tests.oracle.computed import Asked
from tests.oracle.evaluator import Evaluator
from tests.oracle.rows import World, load
from tests.oracle.server import NOW, Server


@dataclass
class Desk:
    """One transaction in one workspace."""

    connection: AsyncConnection
    workspace_id: UUID

    async def world(self) -> World:
        """All rows as they are now."""
        return await load(await self._driver(), self.workspace_id)

    async def _driver(self) -> asyncpg.Connection[Any]:
        driver = (await self.connection.get_raw_connection()).driver_connection
        assert isinstance(driver, asyncpg.Connection)
        return driver

    async def server(self) -> Server:
        """The server alone, for what the oracle cannot say: cursors, refusals."""
        return Server(await self._driver(), (await self.world()).workspace)

    async def served(self, document: str, variables: Mapping[str, Any]) -> Any:
        """The server's answer alone, to one question."""
        return await (await self.server()).data(document, variables)

    async def ask(self, document: str, variables: Mapping[str, Any], world: World | None = None) -> Any:
        """The server's answer, by one statement, which must be the oracle's."""
        world = world or await self.world()
        server = Server(await self._driver(), world.workspace)
        got = await server.data(document, variables)
        assert len(server.statements) == 1
        asked = Asked(NOW, Role.ADMIN.value, None)
        expected = Evaluator(vocabulary.schema, world, asked, document, variables).data()
        found = differences(expected, got, {})
        assert not found, "\n".join(found)
        return got


@asynccontextmanager
async def desk(engine: AsyncEngine, workspace_id: UUID) -> AsyncIterator[Desk]:
    """A desk whose rows are gone afterwards."""
    async with engine.connect() as connection, connection.begin() as transaction:
        await enter_workspace(connection, workspace_id)
        yield Desk(connection, workspace_id)
        await transaction.rollback()
