"""A guard that counts where a benchmark would time: one statement an operation, and no work done twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import astuple
from datetime import date
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from db.seed import seed
from tests.api.client import Client, client
from tests.conftest import TokenFactory, WorkspaceFactory

LEADS = "query ($n: Int, $f: LeadFilter) { leads(first: $n, filter: $f) { totalCount nodes { id } } }"
OPERATIONS: list[tuple[str, dict[str, Any]]] = [
    ("{ viewer { role workspace { name } } }", {}),
    (
        "query ($id: ID!) { lead(id: $id) { id name } node(id: $id) { id } nodes(ids: [$id, $id]) { id } }",
        {"id": "lead"},
    ),
    (LEADS, {"n": 3, "f": {"score": {"gte": 10}}}),
    (
        """{
            leads(first: 10) { totalCount nodes { name account { name } owner { name } stage { key }
              opportunities(first: 2) { nodes { name stage { name } } } recommendedContent(first: 3) { asset { title } reasons { text } } } }
            accounts(first: 5) { nodes { name leads(first: 3) { totalCount nodes { name } } } }
            stageConversion(from: "mql", to: "won", period: {window: ALL_TIME}, mode: COHORT) { entered converted }
            contentUsage(period: {window: ALL_TIME}, first: 3) { nodes { asset { title } uses } }
        }""",
        {},
    ),
]
"""Operations of every kind; an id "lead" stands for the id of a lead."""


@pytest.fixture(scope="module")
async def demo(
    database_url: str, engine: AsyncEngine, make_workspace: WorkspaceFactory, make_token: TokenFactory
) -> AsyncIterator[Client]:
    """An application of its own on a small company, which has been asked once and so knows the token."""
    workspace = await make_workspace()
    await seed(engine, workspace.id, lambda _: None, until=date(2026, 1, 1))
    async with client(database_url, await make_token(workspace.id), pool_size=1) as running:
        await running.data("{ viewer { role } }")
        yield running


@pytest.fixture
def statements(demo: Client) -> list[str]:
    """What asyncpg says that it sent, from now on."""
    sent: list[str] = []

    def log(record: Any) -> None:
        sent.append(record.query)

    for session in demo.pool._idle:
        session.connection.add_query_logger(log)
    return sent


async def variables_of(demo: Client, variables: dict[str, Any]) -> dict[str, Any]:
    if variables.get("id") != "lead":
        return variables
    leads = await demo.data("{ leads(first: 1) { nodes { id } } }")
    return {"id": leads["leads"]["nodes"][0]["id"]}


@pytest.mark.parametrize(("document", "variables"), OPERATIONS)
async def test_an_operation_is_one_statement(
    demo: Client, statements: list[str], document: str, variables: dict[str, Any]
) -> None:
    variables = await variables_of(demo, variables)
    # The first time on a connection asyncpg prepares the statement, for which it may have to ask about its types.
    await demo.data(document, variables)
    await logged()
    statements.clear()
    for _ in range(3):
        before = astuple(demo.pool.counters)
        await demo.data(document, variables)
        sent, switches = astuple(demo.pool.counters)
        assert (sent - before[0], switches - before[1]) == (1, 0)
    await logged()
    assert len(statements) == 3
    assert len(set(statements)) == 1


@pytest.mark.parametrize(("document", "variables"), OPERATIONS)
async def test_a_known_operation_is_neither_parsed_nor_validated_nor_planned(
    demo: Client, document: str, variables: dict[str, Any]
) -> None:
    variables = await variables_of(demo, variables)
    await demo.data(document, variables)
    before = astuple(demo.executor.compiler.counters)
    await demo.data(document, variables)
    assert changed(demo, before) == (1, 0, 0, 0)


async def test_other_values_of_the_same_shape_use_the_same_plan(demo: Client) -> None:
    await demo.data(LEADS, {"n": 5, "f": {"score": {"gte": 1}, "name": {"contains": "a"}}})
    before = astuple(demo.executor.compiler.counters)
    few = await demo.data(LEADS, {"n": 5, "f": {"score": {"gte": 99}, "name": {"contains": "zzz"}}})
    many = await demo.data(LEADS, {"n": 5, "f": {"score": {"gte": 0}, "name": {"contains": ""}}})
    assert few["leads"]["totalCount"] < many["leads"]["totalCount"]
    assert changed(demo, before) == (2, 0, 0, 0)


@pytest.mark.parametrize(
    "variables",
    [{"n": 6, "f": {"score": {"gte": 7}}}, {"n": 4}, {"n": 4, "f": None}, {"n": 4, "f": {"score": {"lte": 7}}}],
)
async def test_another_shape_is_another_plan_of_the_same_document(demo: Client, variables: dict[str, Any]) -> None:
    await demo.data(LEADS, {"n": 4, "f": {"score": {"gte": 7}}})
    before = astuple(demo.executor.compiler.counters)
    await demo.data(LEADS, variables)
    assert changed(demo, before) == (1, 0, 0, 1)


async def test_reads_are_compiled(demo: Client) -> None:
    before = astuple(demo.executor.counters)
    for document, variables in OPERATIONS:
        await demo.data(document, await variables_of(demo, variables))
    compiled, executed = astuple(demo.executor.counters)
    assert compiled - before[0] >= len(OPERATIONS)
    assert executed == before[1]


async def test_introspection_needs_no_statement(demo: Client) -> None:
    before = demo.pool.counters.statements
    assert await demo.data("{ __typename __schema { queryType { name } } }") == {
        "__typename": "Query",
        "__schema": {"queryType": {"name": "Query"}},
    }
    assert demo.pool.counters.statements == before


async def test_another_workspace_costs_one_switch(
    demo: Client, make_workspace: WorkspaceFactory, make_token: TokenFactory
) -> None:
    other = f"Bearer {await make_token((await make_workspace()).id)}"
    document = "{ viewer { role } }"
    for authorization in (other, f"Bearer {demo.token}", other):
        await demo.ask(document, authorization=authorization)
    before = astuple(demo.pool.counters)
    await demo.data(document)
    await demo.data(document)
    assert (demo.pool.counters.statements - before[0], demo.pool.counters.switches - before[1]) == (2, 1)


def changed(demo: Client, before: tuple[int, ...]) -> tuple[int, ...]:
    """How often it was asked, parsed, validated and planned since."""
    return tuple(now - then for now, then in zip(astuple(demo.executor.compiler.counters), before, strict=True))


async def logged() -> None:
    """Let the loop call the loggers."""
    await asyncio.sleep(0.01)
