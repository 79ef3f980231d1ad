"""A workspace's rows are kept apart twice: each of the two ways is tested with the other one off."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import orjson
import pytest
from graphql import GraphQLObjectType
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import asyncpg_dsn
from db.models import Role
from db.pool import Pool
from db.seed import seed
from resolvers.compiler.compiler import Compiler
from resolvers.compiler.limits import Limits
from resolvers.compiler.select import Bounds
from resolvers.compiler.vocabulary import Gathered, ToAny, ToMany, ToOne
from resolvers.viewer import Context, Viewer
from schema.build import vocabulary
from schema.entity import ENTITIES, Declared
from tests.conftest import WorkspaceFactory

COMPILER = Compiler(vocabulary, Limits(), Bounds(cost=100_000, page=100))
ENTITY_TABLES = sorted(ENTITIES)
RELATIONS = sorted(
    (table, name)
    for table, declared in ENTITIES.items()
    for (type_, name), read in vocabulary.reads.items()
    if type_ == declared.row.name and isinstance(read, (ToOne, ToAny, ToMany, Gathered))
)


@dataclass(frozen=True)
class Two:
    """Two workspaces with the same company, under different row ids but with the same external ids."""

    own: UUID
    other: UUID
    owner: asyncpg.Connection[Any]
    """Acts as a superuser, whom row-level security does not hold."""
    pool: Pool
    """Acts as the server."""

    async def ids(self, declared: Declared, workspace_id: UUID) -> set[str]:
        """The public ids of a workspace's entities."""
        key = "workspace_id" if "workspace_id" in declared.row.table.c else "id"
        sql = f"SELECT id FROM {declared.row.table.name} WHERE {key} = $1"  # noqa: S608 - names of our own tables
        return {declared.row.encode(row["id"]) for row in await self.owner.fetch(sql, workspace_id)}

    async def by_filter_alone(self, document: str, variables: Mapping[str, Any]) -> Any:
        """What the own workspace is answered where row-level security is off."""
        sql, arguments, answer = self.compiled(document, variables, self.own)
        return answer(await self.owner.fetchrow(sql, *arguments))

    async def by_security_alone(self, document: str, variables: Mapping[str, Any], asked: UUID) -> Any:
        """What is answered inside the own workspace where the compiler's filter names the one that is asked for."""
        sql, arguments, answer = self.compiled(document, variables, asked)
        return answer(await self.pool.fetch(sql, self.own, arguments))

    def compiled(self, document: str, variables: Mapping[str, Any], workspace_id: UUID) -> tuple[str, list[Any], Any]:
        operation = COMPILER.operation(document, None)
        values = COMPILER.variables(operation, variables)
        plan = COMPILER.plan(operation, values, Role.ADMIN)
        assert plan.sql is not None
        viewer = Viewer(workspace_id, Role.ADMIN, None, None, ZoneInfo("UTC"), 1)
        arguments = plan.bind(values, Context(viewer, datetime.now(UTC)), workspace_id)
        return plan.sql, arguments, lambda row: orjson.loads(plan.answer(row))


@pytest.fixture(scope="module")
async def two(database_url: str, engine: AsyncEngine, make_workspace: WorkspaceFactory) -> AsyncIterator[Two]:
    own, other = (await make_workspace()).id, (await make_workspace()).id
    await seed(engine, own, lambda _: None, until=date(2026, 1, 1))
    await seed(engine, other, lambda _: None, until=date(2025, 6, 1))
    owner = await asyncpg.connect(asyncpg_dsn(database_url))
    if not await owner.fetchval("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"):
        pytest.skip("the tests' database user obeys row-level security, so it cannot be turned off")
    pool = Pool(database_url, size=1)
    await pool.open()
    yield Two(own, other, owner, pool)
    await pool.close()
    await owner.close()


def type_of(declared: Declared) -> GraphQLObjectType:
    type_ = vocabulary.schema.type_map[declared.row.name]
    assert isinstance(type_, GraphQLObjectType)
    return type_


def one(declared: Declared) -> str:
    return f"query ($id: ID!) {{ found: {declared.singular}(id: $id) {{ id }} node(id: $id) {{ id }} }}"


def many(declared: Declared, selection: str = "id") -> str:
    return f"{{ found: {declared.plural}(first: 100) {{ totalCount nodes {{ {selection} }} }} }}"


@pytest.mark.parametrize("table", ENTITY_TABLES)
class TestEntities:
    async def test_a_list_by_the_filter_alone(self, two: Two, table: str) -> None:
        own = await two.ids(ENTITIES[table], two.own)
        assert own
        found = (await two.by_filter_alone(many(ENTITIES[table]), {}))["found"]
        assert found["totalCount"] == len(own)
        assert len(found["nodes"]) == min(len(own), 100)
        assert {node["id"] for node in found["nodes"]} <= own

    async def test_a_list_by_security_alone(self, two: Two, table: str) -> None:
        document = many(ENTITIES[table])
        assert await two.by_security_alone(document, {}, two.other) == {"found": {"totalCount": 0, "nodes": []}}
        assert (await two.by_security_alone(document, {}, two.own))["found"]["totalCount"] > 0

    async def test_a_look_up_by_the_filter_alone(self, two: Two, table: str) -> None:
        declared = ENTITIES[table]
        own, other = [min(await two.ids(declared, workspace_id)) for workspace_id in (two.own, two.other)]
        assert own != other
        shown = {"id": own}
        assert await two.by_filter_alone(one(declared), {"id": own}) == {"found": shown, "node": shown}
        assert await two.by_filter_alone(one(declared), {"id": other}) == {"found": None, "node": None}

    async def test_a_look_up_by_security_alone(self, two: Two, table: str) -> None:
        declared = ENTITIES[table]
        own, other = [min(await two.ids(declared, workspace_id)) for workspace_id in (two.own, two.other)]
        nothing = {"found": None, "node": None}
        assert await two.by_security_alone(one(declared), {"id": other}, two.other) == nothing
        shown = {"id": own}
        assert await two.by_security_alone(one(declared), {"id": own}, two.own) == {"found": shown, "node": shown}

    async def test_nodes_by_each_alone(self, two: Two, table: str) -> None:
        declared = ENTITIES[table]
        own, other = [min(await two.ids(declared, workspace_id)) for workspace_id in (two.own, two.other)]
        document = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
        variables = {"ids": [other, own, other]}
        assert await two.by_filter_alone(document, variables) == {"nodes": [None, {"id": own}, None]}
        assert await two.by_security_alone(document, variables, two.other) == {"nodes": [None, None, None]}


@pytest.mark.parametrize(("table", "name"), RELATIONS)
class TestRelations:
    def document(self, table: str, name: str) -> str:
        declared = ENTITIES[table]
        single = isinstance(vocabulary.reads[declared.row.name, name], (ToOne, ToAny))
        return many(declared, f"{name} {{ id }}" if single else f"{name}(first: 20) {{ totalCount nodes {{ id }} }}")

    async def test_a_relation_by_the_filter_alone(self, two: Two, table: str, name: str) -> None:
        declared = ENTITIES[table]
        targets = vocabulary.targets(type_of(declared).fields[name])
        own = set().union(*[await two.ids(ENTITIES[target.table.name], two.own) for target in targets])
        assert own
        found = (await two.by_filter_alone(self.document(table, name), {}))["found"]
        assert set(related([node[name] for node in found["nodes"]])) <= own

    async def test_a_relation_by_security_alone(self, two: Two, table: str, name: str) -> None:
        nothing = {"found": {"totalCount": 0, "nodes": []}}
        assert await two.by_security_alone(self.document(table, name), {}, two.other) == nothing


@pytest.mark.parametrize("table", ["lead", "account", "opportunity"])
async def test_an_external_id_of_both_workspaces_leads_to_the_own_row(two: Two, table: str) -> None:
    shared = await two.owner.fetchrow(
        "SELECT own.source, own.external_id, own.entity_id FROM external_ref AS own JOIN external_ref AS other"
        " USING (entity, source, external_id)"
        " WHERE own.workspace_id = $1 AND other.workspace_id = $2 AND entity = $3 LIMIT 1",
        two.own,
        two.other,
        table,
    )
    assert shared is not None
    declared = ENTITIES[table]
    document = f"query ($ref: ExternalRefInput!) {{ found: {declared.singular}(externalRef: $ref) {{ id }} }}"
    variables = {"ref": {"source": shared["source"], "externalId": shared["external_id"]}}
    own = {"found": {"id": declared.row.encode(shared["entity_id"])}}
    assert await two.by_filter_alone(document, variables) == own
    assert await two.by_security_alone(document, variables, two.own) == own
    assert await two.by_security_alone(document, variables, two.other) == {"found": None}


METRICS = """{
    stageConversion(from: "mql", to: "won", period: { window: ALL_TIME }, mode: COHORT) { entered }
    contentUsage(period: { window: ALL_TIME }, first: 100) { nodes { asset { id } } byAction { uses } }
}"""


async def test_metrics_by_each_alone(two: Two) -> None:
    own = await two.ids(ENTITIES["content_asset"], two.own)
    found = await two.by_filter_alone(METRICS, {})
    assert found["stageConversion"]["entered"] > 0
    assert {node["asset"]["id"] for node in found["contentUsage"]["nodes"]} <= own
    assert found["contentUsage"]["nodes"]
    events = await two.ids(ENTITIES["content_usage"], two.own)
    assert sum(one["uses"] for one in found["contentUsage"]["byAction"]) == len(events)


def related(values: Sequence[Any]) -> list[str]:
    """The ids of objects, of those in connections, and of none where a relation leads nowhere."""
    present = [value for value in values if value is not None]
    return [id_ for value in present for id_ in (related(value["nodes"]) if "nodes" in value else [value["id"]])]
