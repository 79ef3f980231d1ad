"""Random operations over the whole schema, answered by the server and by the oracle: the answers are the same."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, get_named_type
from hypothesis import given
from hypothesis import strategies as st

from schema.build import vocabulary
from tests.journeys.bench import Bench
from tests.oracle.comparison import differences
from tests.oracle.evaluator import Evaluator
from tests.oracle.generator import APART, Generator, Operation
from tests.oracle.pages import Place
from tests.oracle.profile import examples
from tests.oracle.reduction import reduced

SCHEMA = vocabulary.schema


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
