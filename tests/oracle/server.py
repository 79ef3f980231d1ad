"""The server's side: an operation compiled and run as the server does it, without HTTP."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from db.models import Role
from resolvers.compiler.compiler import Compiler
from resolvers.compiler.limits import Limits
from resolvers.compiler.select import Bounds
from resolvers.viewer import Context, Viewer
from schema.build import vocabulary
from tests.oracle.computed import Asked
from tests.oracle.pages import Place
from tests.oracle.rows import Row

COMPILER = Compiler(vocabulary, Limits(), Bounds(5_000, 100))
NOW = datetime(2026, 9, 15, 13, 37, 11, tzinfo=UTC)


class Server:
    """Answers operations of one workspace on one connection, and keeps the statements that it runs for the last one.

    The connection must act as the server's role (a partner's as the partners'), and see the workspace.
    """

    def __init__(
        self,
        connection: asyncpg.Connection[Any],
        workspace: Row,
        role: Role = Role.ADMIN,
        member: UUID | None = None,
        *,
        team: UUID | None = None,
        compiler: Compiler = COMPILER,
    ) -> None:
        self.connection = connection
        self.compiler = compiler
        calendar = ZoneInfo(workspace["time_zone"]), workspace["fiscal_year_start_month"]
        self.viewer = Viewer(workspace["id"], role, None, member, *calendar, team)
        self.asked = Asked(NOW, role.value, member)
        self.statements: list[str] = []
        self._cursors: dict[Place, str] = {}

    def _log(self, record: Any) -> None:
        # asyncpg asks once for each type that it does not know; that is no part of an operation.
        if "typeinfo_tree" not in record.query and "current_setting('jit')" not in record.query:
            self.statements.append(record.query)

    async def text(self, document: str, variables: Mapping[str, Any]) -> str:
        """The JSON of ``data``; raises what the compiler refuses with."""
        operation = self.compiler.operation(document, None)
        coerced = self.compiler.variables(operation, variables)
        plan = self.compiler.plan(operation, coerced, self.viewer.role)
        self.statements.clear()
        if plan.sql is None:
            return plan.answer([]).decode()
        arguments = plan.bind(coerced, Context(self.viewer, self.asked.now), self.viewer.workspace_id)
        with self.connection.query_logger(self._log):
            row = await self.connection.fetchrow(plan.sql, *arguments)
        # asyncpg tells what it logged in the loop's next turn.
        await asyncio.sleep(0)
        assert row is not None
        if plan.together is not None and (joint := plan.together.joint) is not None:
            rows = await self.connection.fetch(joint.sql, *joint.bind([arguments, arguments]))
            assert rows == [row, row]
        return plan.answer(list(row)).decode()

    async def data(self, document: str, variables: Mapping[str, Any] | None = None) -> Any:
        """The value of ``data``."""
        return json.loads(await self.text(document, variables or {}))

    async def cursor(self, place: Place) -> str:
        """What the server calls a place: the cursor of the row there, as a page with that row alone gives it."""
        if place not in self._cursors and place.owner:
            await self._walk(place.owner)
        if place not in self._cursors:
            connection = next(name for name, table in _connections().items() if table == place.table)
            keys = ", ".join(f"{{field: {field}, direction: {way}}}" for field, way in place.order)
            page = await self.data(
                f"query ($id: ID!) {{ {connection}(first: 1, orderBy: [{keys}], filter: {{id: {{eq: $id}}}}) {{"
                " edges { cursor } } }",
                {"id": place.id},
            )
            self._cursors[place] = page[connection]["edges"][0]["cursor"]
        return self._cursors[place]

    async def _walk(self, account_id: str) -> None:
        """Learn the cursors of all events of an account, page by page."""
        document = """query ($id: ID!, $after: String) { account(id: $id) { timeline(first: 100, after: $after) {
          edges { cursor node { id } } pageInfo { hasNextPage endCursor }
        } } }"""
        page: dict[str, Any] = {"hasNextPage": True, "endCursor": None}
        while page["hasNextPage"]:
            answer = await self.data(document, {"id": account_id, "after": page["endCursor"]})
            page = answer["account"]["timeline"]["pageInfo"]
            for edge in answer["account"]["timeline"]["edges"]:
                self._cursors[Place("timeline", (("OCCURRED_AT", "DESC"),), edge["node"]["id"])] = edge["cursor"]

    async def known(self, text: str) -> str:
        """A document, or variables as JSON, with the cursors of the places that stand in it."""
        for found in dict.fromkeys(re.findall(r'"(@cursor\|[^"]*)"', text)):
            text = text.replace(f'"{found}"', json.dumps(await self.cursor(Place.parse(found))))
        return text


def _connections() -> dict[str, str]:
    """The query's connections and the tables whose rows they list."""
    query = vocabulary.schema.query_type
    assert query is not None
    return {
        name: entity.table.name
        for name, field in query.fields.items()
        if "orderBy" in field.args and (entity := vocabulary.target(field)) is not None
    }
