"""Random operations over the whole schema, answered by the server and by the oracle: the answers are the same."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

import asyncpg
import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, get_named_type
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from db import rollups, search
from db.engine import asyncpg_dsn, server_settings, workspace_transaction
from db.seed import seed
from schema.build import vocabulary
from tests.conftest import WorkspaceFactory
from tests.factories.oddities import add_oddities
from tests.oracle.comparison import differences
from tests.oracle.evaluator import Evaluator
from tests.oracle.generator import APART, Generator, Operation
from tests.oracle.pages import Place
from tests.oracle.profile import examples
from tests.oracle.reduction import reduced
from tests.oracle.rows import World, load
from tests.oracle.server import Server

SCHEMA = vocabulary.schema


@dataclass(frozen=True)
class Bench:
    """The server and the rows that it should answer from."""

    server: Server
    world: World

    async def wrong(self, operation: Operation) -> str | None:
        """What is wrong with the server's answer, in words."""
        try:
            document = await self.server.known(operation.document)
            variables = json.loads(await self.server.known(json.dumps(operation.variables)))
            got = await self.server.data(document, variables)
        except Exception as error:  # noqa: BLE001  # Whatever it is, the operation should be made small before it is shown.
            return f"{type(error).__name__}: {error}"
        if len(self.server.statements) > 1:
            return f"{len(self.server.statements)} statements"
        expected = Evaluator(SCHEMA, self.world, self.server.asked, operation.document, operation.variables).data()
        found = differences(expected, got, {})
        return "\n".join(found[:5]) if found else None


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


@examples(200, shrink=False)
@given(seed=st.integers(0, 2**64 - 1))
async def test_operations_are_answered_as_the_oracle_says(bench: Bench, seed: int) -> None:
    operation = Generator(SCHEMA, bench.world, Random(seed)).operation()
    wrong = await bench.wrong(operation)
    if wrong is None:
        return
    kind = wrong.partition(":")[0]

    async def fails_alike(smaller: Operation) -> bool:
        found = await bench.wrong(smaller)
        return found is not None and (found.startswith("data") or found.partition(":")[0] == kind)

    operation = await reduced(operation, fails_alike)
    pytest.fail(f"seed {seed}\n{await bench.wrong(operation)}\n{operation}")


ORDERS = [
    "[]",
    "[{field: NAME}]",
    "[{field: NAME, direction: DESC}]",
    "[{field: SCORE, direction: DESC}, {field: NAME}]",
    "[{field: STAGE_ENTERED_AT}, {field: SCORE, direction: DESC}]",
    "[{field: RECEIVED_AT, direction: DESC}]",
]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("forward", [True, False])
async def test_walking_a_list_by_its_cursors_meets_every_entity_once(bench: Bench, order: str, forward: bool) -> None:
    size, cursor, other = ("first", "after", "before") if forward else ("last", "before", "after")
    info = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
    page = f"leads({size}: 37, {cursor}: $from, orderBy: {order}) {{ nodes {{ id }} {info} }}"
    whole = f"query {{ leads(first: 1, orderBy: {order}) {{ totalCount }} }}"
    walked: list[str] = []
    at: str | None = None
    more = True
    while more:
        answer = (await bench.server.data(f"query ($from: String) {{ {page} }}", {"from": at}))["leads"]
        ids = [node["id"] for node in answer["nodes"]]
        walked = walked + ids if forward else ids + walked
        at = answer["pageInfo"]["endCursor" if forward else "startCursor"]
        more = answer["pageInfo"]["hasNextPage" if forward else "hasPreviousPage"]
        assert answer["pageInfo"]["hasPreviousPage" if forward else "hasNextPage"] == (len(walked) > len(ids))
    total = (await bench.server.data(whole))["leads"]["totalCount"]
    everyone = Evaluator(
        SCHEMA,
        bench.world,
        bench.server.asked,
        f"{{ leads(first: {total}, orderBy: {order}) {{ nodes {{ id }} }} }}",
        {},
    )
    assert walked == [node["id"] for node in everyone.data()["leads"]["nodes"]]
    assert other not in page.split("nodes")[0]


async def test_the_generator_reaches_every_field_of_the_schema(bench: Bench) -> None:
    """Else the oracle would be proud of what it never looked at."""
    missing = _readable()
    for number in range(3_000):
        generator = Generator(SCHEMA, bench.world, Random(number))
        generator.operation()
        missing -= generator.asked
        if not missing:
            break
    assert missing == set()


def _readable() -> set[tuple[str, str]]:
    """The fields of all types that a query can get at."""
    assert SCHEMA.query_type is not None
    found: set[str] = set()
    rest = [SCHEMA.query_type.name]
    fields: set[tuple[str, str]] = set()
    while rest:
        name = rest.pop()
        type_ = SCHEMA.type_map[name]
        if name in found or not isinstance(type_, (GraphQLObjectType, GraphQLInterfaceType)):
            continue
        found.add(name)
        read = {field: type_.fields[field] for field in type_.fields if (name, field) not in APART}
        fields |= {(name, field) for field in read}
        rest += [get_named_type(field.type).name for field in read.values()]
        if isinstance(type_, GraphQLInterfaceType):
            rest += [possible.name for possible in SCHEMA.get_possible_types(type_)]
    return fields


def test_differences_are_found() -> None:
    """The comparison itself: keys in another order, other types, other cursors."""
    place, elsewhere = Place("lead", (), "lead_1"), Place("lead", (), "lead_2")
    expected: Any = {"a": 1, "b": [{"c": place}, {"c": place}]}
    assert differences(expected, {"a": 1, "b": [{"c": "x"}, {"c": "x"}]}, {}) == []
    assert differences(expected, {"b": [{"c": "x"}, {"c": "x"}], "a": 1}, {}) != []
    assert differences(expected, {"a": 1, "b": [{"c": "x"}, {"c": "y"}]}, {}) != []
    assert differences({"a": 1}, {"a": True}, {}) != []
    assert differences({"a": 1}, {"a": 1.0}, {}) != []
    assert differences({"a": 1.0}, {"a": 1}, {}) == []
    assert differences([place, elsewhere], ["x", "x"], {}) != []
