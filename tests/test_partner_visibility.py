"""Partners see what is shared with them, for two reasons: each of the two is tested with the other one off."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from graphql import GraphQLObjectType
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import column, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.sql.elements import BinaryExpression

from db.engine import PARTNER_ROLE, asyncpg_dsn, server_settings, workspace_transaction
from db.models import Account, Base, ContentAsset, Department, Lead, Opportunity, Role, Team
from db.seed import seed
from resolvers.compiler.compiler import Compiler
from resolvers.compiler.errors import ApiError, Code
from resolvers.compiler.limits import Limits
from resolvers.compiler.select import Bounds
from resolvers.compiler.tenancy import WORKSPACE, in_workspace, open_table
from resolvers.compiler.visibility import rendered
from resolvers.compiler.vocabulary import Column, Part, ToMany, ToOne
from resolvers.viewer import Context, Viewer
from schema.build import vocabulary
from schema.entity import ENTITIES
from tests.conftest import WorkspaceFactory
from tests.factories.base import add
from tests.oracle.comparison import differences
from tests.oracle.evaluator import Evaluator
from tests.oracle.generator import Operation
from tests.oracle.partner import LIMITED, VOCABULARY, PartnerGenerator, partners_schema, seen_by_partner
from tests.oracle.profile import examples
from tests.oracle.reduction import reduced
from tests.oracle.rows import World, load, public_id
from tests.oracle.server import Server

SCHEMA = vocabulary.schema
BOUNDS = Bounds(cost=100_000, page=100)
NARROWING = Compiler(vocabulary, Limits(), BOUNDS)
TRUSTING = Compiler(replace(vocabulary, visibility={}), Limits(), BOUNDS)
"""Takes a partner for somebody who sees everything that partners may read."""

OPEN = sorted(table for table, declared in ENTITIES.items() if Role.PARTNER in declared.row.roles)
TYPES = {ENTITIES[table].row.name: table for table in OPEN}
WHO = ["first", "second", "nobody"]
WAYS = ["filter", "security"]


def type_of(table: str) -> GraphQLObjectType:
    type_ = SCHEMA.type_map[ENTITIES[table].row.name]
    assert isinstance(type_, GraphQLObjectType)
    return type_


def is_open(table: str, name: str) -> bool:
    """Whether a field of an entity is meant for partners: all but what leads to something closed, or is computed."""
    type_ = type_of(table)
    target = vocabulary.target(type_.fields[name])
    read = vocabulary.reads[type_.name, name]
    computed = {"externalRefs", "buyingStage", "recommendedContent"}
    plain = isinstance(read, (Column, Part, ToOne, ToMany)) or name in computed
    return plain and (target is None or target.name in TYPES)


RELATIONS = [
    (table, name)
    for table in OPEN
    for name in type_of(table).fields
    if is_open(table, name) and isinstance(vocabulary.reads[type_of(table).name, name], (ToOne, ToMany))
]
CLOSED_FIELDS = [(table, name) for table in OPEN for name in type_of(table).fields if not is_open(table, name)]


@dataclass(frozen=True)
class Partners:
    """One workspace and what three partners must see of it: of two teams, and one without a team."""

    world: World
    worlds: Mapping[str, World]
    servers: Mapping[tuple[str, str], Server]
    """By how the partner is held, and who it is."""
    served: Mapping[str, asyncpg.Connection[Any]]
    """What the database shows to each."""

    async def wrong(self, way: str, who: str, document: str, variables: Mapping[str, Any]) -> list[str]:
        """In words where an answer differs from what the partner must see."""
        server = self.servers[way, who]
        known = json.loads(await server.known(json.dumps(variables)))
        got = await server.data(await server.known(document), known)
        expected = Evaluator(SCHEMA, self.worlds[who], server.asked, document, variables).data()
        return differences(expected, got, {})


@pytest.fixture(scope="session")
async def partners(database_url: str, engine: AsyncEngine, make_workspace: WorkspaceFactory) -> AsyncIterator[Partners]:
    workspace = (await make_workspace()).id
    other = (await make_workspace()).id
    for one in (workspace, other):
        await seed(engine, one, lambda _step: None, until=date(2026, 10, 1))
    teams = await share_at_random(engine, workspace)
    everything = await asyncpg.connect(asyncpg_dsn(database_url))
    if not await everything.fetchval("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"):
        pytest.skip("the tests' database user obeys row-level security, so it cannot be turned off")
    world = await load(everything, workspace)
    servers, served = {}, {}
    for who, team in teams.items():
        served[who] = await asyncpg.connect(
            asyncpg_dsn(database_url),
            server_settings={
                **server_settings(PARTNER_ROLE),
                "wavelength.workspace": str(workspace),
                "wavelength.partner_team": str(team or ""),
            },
        )
        members = [row["id"] for row in world.tables["member"] if row["team_id"] == team]
        viewer = (Role.PARTNER, members[0])
        servers["filter", who] = Server(everything, world.workspace, *viewer, team=team, compiler=NARROWING)
        servers["security", who] = Server(served[who], world.workspace, *viewer, team=team, compiler=TRUSTING)
    yield Partners(world, {who: seen_by_partner(world, team) for who, team in teams.items()}, servers, served)
    for connection in (everything, *served.values()):
        await connection.close()


async def share_at_random(engine: AsyncEngine, workspace: UUID) -> dict[str, UUID | None]:
    """Share every row with the one team, the other, or none, whatever it is related to."""
    random = Random(7)
    async with workspace_transaction(engine, workspace) as connection:
        teams: list[UUID | None] = list(
            await connection.scalars(select(Team.id).where(Team.department == Department.PARTNER))
        )
        values = {"workspace_id": workspace, "name": "Others", "department": Department.PARTNER}
        teams.append(await add(connection, Team, values))
        seller = select(Team.id).where(Team.department == Department.SALES).limit(1)
        moved = {"team_id": teams[1]}
        members = Base.metadata.tables["member"]
        await connection.execute(update(members).where(members.c.team_id == seller.scalar_subquery()).values(moved))
        for model in (Account, Lead, Opportunity):
            for key in (await connection.scalars(select(model.id).order_by(model.id))).all():
                team = random.choice([*teams, None])
                await connection.execute(update(model).where(model.id == key).values(partner_team_id=team))
        for key in (await connection.scalars(select(ContentAsset.id).order_by(ContentAsset.id))).all():
            marked = {"for_partners": random.random() < 0.4}
            await connection.execute(update(ContentAsset).where(ContentAsset.id == key).values(marked))
    return {"first": teams[0], "second": teams[1], "nobody": None}


def is_single(table: str, name: str) -> bool:
    return isinstance(vocabulary.reads[type_of(table).name, name], ToOne)


def paged(connection: str) -> str:
    return f"{connection}(first: 10) {{ totalCount nodes {{ id }} }}"


def many(table: str, selection: str = "id") -> str:
    return f"{{ found: {ENTITIES[table].plural}(first: 100) {{ totalCount nodes {{ {selection} }} }} }}"


@pytest.mark.parametrize("table", LIMITED)
def test_there_is_something_to_see_and_something_to_hide(partners: Partners, table: str) -> None:
    everything = len(partners.world.tables[table])
    first, second, nobody = (partners.worlds[who].tables[table] for who in WHO)
    assert 0 < len(first) < everything
    assert 0 < len(second) < everything
    assert nobody == []


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("table", OPEN)
class TestEntities:
    async def test_a_list(self, partners: Partners, way: str, who: str, table: str) -> None:
        assert await partners.wrong(way, who, many(table, "__typename id createdAt"), {}) == []

    async def test_a_look_up(self, partners: Partners, way: str, who: str, table: str) -> None:
        document = f"query ($id: ID!) {{ found: {ENTITIES[table].singular}(id: $id) {{ id }} node(id: $id) {{ id }} }}"
        rows, seen = partners.world.tables[table], partners.worlds[who].tables[table]
        for row in (*seen[:1], *[row for row in rows if row not in seen][:1]):
            assert await partners.wrong(way, who, document, {"id": public_id(table, row["id"])}) == []

    async def test_nodes(self, partners: Partners, way: str, who: str, table: str) -> None:
        ids = [public_id(table, row["id"]) for row in partners.world.tables[table][:100]]
        document = "query ($ids: [ID!]!) { nodes(ids: $ids) { id externalRefs { source externalId } } }"
        assert await partners.wrong(way, who, document, {"ids": ids}) == []

    async def test_external_ids(self, partners: Partners, way: str, who: str, table: str) -> None:
        document = (
            f"query ($ref: ExternalRefInput!) {{ found: {ENTITIES[table].singular}(externalRef: $ref) {{ id }} }}"
        )
        for row in partners.world.where("external_ref", "entity", table)[:20]:
            reference = {"source": row["source"], "externalId": row["external_id"]}
            assert await partners.wrong(way, who, document, {"ref": reference}) == []

    async def test_relations(self, partners: Partners, way: str, who: str, table: str) -> None:
        names = [name for owner, name in RELATIONS if owner == table]
        texts = [f"{name} {{ id }}" if is_single(table, name) else paged(name) for name in names]
        assert await partners.wrong(way, who, many(table, " ".join(["id", *texts])), {}) == []

    async def test_computed_fields(self, partners: Partners, way: str, who: str, table: str) -> None:
        name = ENTITIES[table].row.name
        computed = {
            ("Lead", "buyingStage"): "buyingStage { key }",
            ("Lead", "recommendedContent"): "recommendedContent(first: 3) { asset { title } reasons { text } }",
        }
        computed |= {("Opportunity", field): text for (_, field), text in computed.items()}
        texts = [text for (type_, _), text in computed.items() if type_ == name]
        assert await partners.wrong(way, who, many(table, " ".join(["id", *texts])), {}) == []


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("table", "name"), RELATIONS)
async def test_a_filter_by_a_relation_tells_nothing(partners: Partners, way: str, table: str, name: str) -> None:
    """Were one to ask by the ids of what one does not see, and by their absence."""
    target = vocabulary.target(type_of(table).fields[name])
    assert target is not None
    seen = partners.worlds["first"].tables[target.table.name]
    hidden = [row for row in partners.world.tables[target.table.name] if row not in seen][:50]
    ids = {"id": {"in": [public_id(target.table.name, row["id"]) for row in hidden]}}
    type_ = f"{ENTITIES[table].row.name}Filter"
    document = f"query ($f: {type_}) {{ found: {ENTITIES[table].plural}(filter: $f) {{ totalCount }} }}"
    for wanted in (ids, {}):
        filter_ = {name: wanted if is_single(table, name) else {"some": wanted}}
        for given_ in (filter_, {"not": filter_}):
            assert await partners.wrong(way, "first", document, {"f": given_}) == []


@pytest.mark.parametrize(("table", "name"), CLOSED_FIELDS)
async def test_what_is_closed_is_forbidden(partners: Partners, table: str, name: str) -> None:
    field = type_of(table).fields[name]
    given_ = ", ".join(f"{key}: {usual}" for key, usual in USUAL.items() if key in field.args)
    below = "{ totalCount }" if "after" in field.args else "{ __typename }"
    document = many(table, f"{name}{f'({given_})' if given_ else ''} {below}")
    with pytest.raises(ApiError) as refused:
        await partners.servers["filter", "first"].data(document)
    assert refused.value.code is Code.FORBIDDEN


USUAL = {"first": "1", "period": "{window: ALL_TIME}"}


@pytest.mark.parametrize("way", WAYS)
@examples(60, shrink=False)
@given(number=st.integers(0, 2**64 - 1), who=st.sampled_from(WHO))
async def test_random_operations(partners: Partners, way: str, number: int, who: str) -> None:
    generator = PartnerGenerator(PARTNERS, partners.world, partners.worlds[who], Random(number))
    operation = generator.operation()

    async def fails(smaller: Operation) -> bool:
        return await partners.wrong(way, who, smaller.document, smaller.variables) != []

    if await fails(operation):
        operation = await reduced(operation, fails)
        wrong = await partners.wrong(way, who, operation.document, operation.variables)
        pytest.fail(f"seed {number}\n{wrong}\n{operation}")


PARTNERS = partners_schema(vocabulary)


class TestTheDatabase:
    @pytest.mark.parametrize("who", WHO)
    @pytest.mark.parametrize("table", sorted(Base.metadata.tables))
    async def test_a_table(self, partners: Partners, who: str, table: str) -> None:
        sql = f"SELECT * FROM {table}"  # noqa: S608 - names of our own tables
        if table not in (*VOCABULARY, *LIMITED, "external_ref"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await partners.served[who].fetch(sql)
            return
        key = ("entity", "source", "external_id") if table == "external_ref" else ("id",)
        found = {tuple(row[name] for name in key) for row in await partners.served[who].fetch(sql)}
        assert found == {tuple(row[name] for name in key) for row in partners.worlds[who].tables[table]}

    @pytest.mark.parametrize("table", sorted(Base.metadata.tables))
    async def test_nothing_is_written(self, partners: Partners, table: str) -> None:
        for right in ("INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"):
            asked = "SELECT has_table_privilege($1, $2, $3)"
            assert not await partners.served["first"].fetchval(asked, PARTNER_ROLE, table, right)

    async def test_it_opens_what_the_compiler_opens(self) -> None:
        shown = vocabulary.visibility[Role.PARTNER]
        assert {table for table, visible in shown.items() if visible is None} == set(VOCABULARY)
        assert {table for table, visible in shown.items() if visible is not None} == {*LIMITED, "external_ref"}


class TestPlans:
    LIST = "{ leads(first: 5) { totalCount nodes { account { name } owner { name } } } }"

    def sql(self, compiler: Compiler, role: Role, document: str) -> str | None:
        return compiler.plan(compiler.operation(document, None), {}, role).sql

    @pytest.mark.parametrize("role", [role for role in Role if role is not Role.PARTNER])
    def test_partners_cost_the_others_nothing(self, role: Role) -> None:
        for document in (self.LIST, *(many(table) for table in OPEN if table != "workspace")):
            assert self.sql(NARROWING, role, document) == self.sql(TRUSTING, role, document)

    def test_all_partners_share_a_plan(self) -> None:
        operation = NARROWING.operation(self.LIST, None)
        plan = NARROWING.plan(operation, {}, Role.PARTNER)
        assert NARROWING.plan(operation, {}, Role.PARTNER) is plan
        assert plan.sql is not None
        # The list, its number, the leads' accounts, and the four of these by which an owner is known.
        assert plan.sql.count(".partner_team_id = $2::UUID") == 7
        for team in (UUID(int=1), UUID(int=2), None):
            viewer = Viewer(UUID(int=0), Role.PARTNER, None, None, ZoneInfo("UTC"), 1, team)
            bound = plan.bind({}, Context(viewer, datetime.now(UTC)), viewer.workspace_id)
            assert bound == [viewer.workspace_id, team]

    def test_every_table_has_its_condition(self) -> None:
        shown = vocabulary.visibility[Role.PARTNER]
        row = open_table(Lead)
        narrowed = str(rendered(select(row.c.id).where(or_(in_workspace(row), row.c.name == "x")), shown))
        assert "(lead_1.workspace_id = $1::UUID AND lead_1.partner_team_id = $2::UUID) OR" in narrowed

    def test_a_table_without_its_condition_is_refused(self) -> None:
        shown = vocabulary.visibility[Role.PARTNER]
        row = open_table(Lead)

        class Unseen(BinaryExpression[bool]):
            """A tenant filter that is written in a way of its own."""

            __visit_name__ = "unseen"

            def _compiler_dispatch(self, visitor: Any, **kw: Any) -> str:
                return "true"

        filter_ = in_workspace(row)
        assert isinstance(filter_, BinaryExpression)
        unseen = Unseen(filter_.left, WORKSPACE, filter_.operator)
        with pytest.raises(AssertionError, match="read without the condition of what is shown of it: lead"):
            rendered(select(row.c.id).where(unseen), shown)

    def test_a_table_that_is_closed_is_refused(self) -> None:
        row = open_table(Base.metadata.tables["touchpoint"])
        with pytest.raises(AssertionError, match="read although nothing of it is shown: touchpoint"):
            rendered(select(row.c.id).where(in_workspace(row)), vocabulary.visibility[Role.PARTNER])

    def test_a_condition_obeys_the_tenant_filter_too(self) -> None:
        row, other = open_table(Lead), open_table(Account)
        careless = {"lead": lambda _row: select(true()).where(other.c.id == column("x")).exists()}
        with pytest.raises(AssertionError, match="read without a tenant filter: account"):
            rendered(select(row.c.id).where(in_workspace(row)), careless)
