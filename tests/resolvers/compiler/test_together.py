"""One statement for several requests answers each as its own statement would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import workspace_transaction
from db.models import Account, Lead, Role
from resolvers.compiler.errors import ApiError, Code
from resolvers.compiler.plan import Plan
from resolvers.ids import encode
from resolvers.viewer import Context, Viewer
from tests.conftest import MadeWorkspace
from tests.factories.account import account
from tests.factories.journey import lead
from tests.oracle.server import COMPILER, NOW

LEAD = "query ($id: ID!) { lead(id: $id) { id name receivedAt account { name leads(first: 2) { nodes { name } } } } }"
SINCE = """
query ($since: DateTime!, $name: String) {
  leads(first: 5, filter: { receivedAt: { gte: $since }, name: { eq: $name } }, orderBy: { field: NAME }) {
    totalCount nodes { name }
  }
}"""
OWNED = """
query ($id: ID!, $text: String!) {
  account(id: $id) { name }
  other: accounts(first: 1, filter: { name: { eq: $text } }) { nodes { name domain } }
}"""
CONVERSION = """
query ($to: String!) {
  stageConversion(from: "mql", to: $to, period: { window: ALL_TIME }) { entered }
}"""


def plan_of(document: str, variables: Mapping[str, Any], role: Role = Role.ADMIN) -> Plan:
    operation = COMPILER.operation(document, None)
    return COMPILER.plan(operation, COMPILER.variables(operation, variables), role)


class Asking:
    """Answers requests one by one, and all together."""

    def __init__(self, connection: asyncpg.Connection[Any], workspace: MadeWorkspace) -> None:
        self.connection = connection
        self.viewer = Viewer(workspace.id, Role.ADMIN, None, None, ZoneInfo("UTC"), 1, None)

    async def both(self, document: str, requests: Sequence[Mapping[str, Any]]) -> tuple[list[bytes], list[bytes]]:
        plans = [plan_of(document, request) for request in requests]
        assert all(plan is plans[0] for plan in plans)
        plan, operation = plans[0], COMPILER.operation(document, None)
        assert plan.sql is not None
        assert plan.together is not None
        assert plan.together.joint is not None
        bound = [
            plan.bind(COMPILER.variables(operation, request), Context(self.viewer, NOW), self.viewer.workspace_id)
            for request in requests
        ]
        alone = [await self.connection.fetchrow(plan.sql, *one) for one in bound]
        joint = plan.together.joint
        together = await self.connection.fetch(joint.sql, *joint.bind(bound))
        return [plan.answer(list(row or ())) for row in alone], [plan.answer(list(row)) for row in together]


@pytest.fixture
async def people(engine: AsyncEngine, workspace: MadeWorkspace) -> dict[str, str]:
    """Three leads of two accounts, by their names."""
    async with workspace_transaction(engine, workspace.id) as connection:
        accounts = {name: await account(connection, workspace.id, name=name) for name in ("Acme", "O'Neill")}
        keys = {}
        for number, name in enumerate(("Ann", "Bob", "Cy")):
            at = datetime(2026, 1, 1 + number, tzinfo=UTC)
            owner = accounts["Acme"] if number else accounts["O'Neill"]
            keys[name] = encode(Lead, await lead(connection, workspace.id, name=name, received_at=at, account_id=owner))
    return keys | {name: encode(Account, key) for name, key in accounts.items()}


@pytest.fixture
async def asking(engine: AsyncEngine, workspace: MadeWorkspace, people: dict[str, str]) -> Any:
    async with workspace_transaction(engine, workspace.id) as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert isinstance(driver, asyncpg.Connection)
        yield Asking(driver, workspace)


async def test_lookups(asking: Asking, people: dict[str, str]) -> None:
    nobody = "lead_00000000-0000-7000-8000-000000000000"
    ids = [people["Cy"], people["Ann"], nobody, people["Ann"], people["Bob"]]
    alone, together = await asking.both(LEAD, [{"id": key} for key in ids])
    assert together == alone
    assert [b'"Cy"' in together[0], together[2], len(set(together))] == [True, b'{"lead":null}', 4]


async def test_lists_with_values_and_nulls(asking: Asking) -> None:
    moments = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=days) for days in (0, 1, 2, 9)]
    requests = [{"since": moment.isoformat(), "name": name} for moment in moments for name in ("Ann", "Cy")]
    alone, together = await asking.both(SINCE, requests)
    assert together == alone
    assert len(set(together)) == 3


async def test_several_fields_and_parameters(asking: Asking, people: dict[str, str]) -> None:
    requests = [
        {"id": people[name], "text": text} for name in ("Acme", "O'Neill") for text in ("O'Neill", "None", "$1")
    ]
    alone, together = await asking.both(OWNED, requests)
    assert together == alone
    assert len(set(together)) == 4


@pytest.mark.parametrize(
    ("document", "variables", "why"),
    [
        ("{ leads(first: 2) { nodes { id } } }", {}, "nothing is a request's own"),
        (
            "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }",
            {"ids": ["lead_00000000-0000-7000-8000-000000000000"]},
            "a list",
        ),
        (CONVERSION, {"to": "won"}, "common table expressions"),
    ],
)
def test_what_cannot_go_together(document: str, variables: Mapping[str, Any], why: str) -> None:
    assert plan_of(document, variables).together is None, why


def test_recommendations_go_together() -> None:
    """Their common table expression is in a sub-query, so it stands behind the rows of the requests."""
    document = (
        "query ($id: ID!) { opportunity(id: $id) { recommendedContent(first: 20) { asset { id } reasons { text } } } }"
    )
    together = plan_of(document, {"id": "opp_00000000-0000-7000-8000-000000000000"}).together
    assert together is not None
    assert together.joint is not None
    assert "(WITH " in together.joint.sql


def test_partners_go_alone() -> None:
    assert plan_of(LEAD, {"id": "lead_00000000-0000-7000-8000-000000000000"}, Role.PARTNER).together is None


async def test_a_refusal_is_only_for_whom_it_concerns(asking: Asking, people: dict[str, str]) -> None:
    """A value that cannot be used is refused before anything is asked of the database."""
    with pytest.raises(ApiError) as refused:
        await asking.both(LEAD, [{"id": people["Ann"]}, {"id": people["Acme"]}])
    assert refused.value.code is Code.BAD_USER_INPUT
