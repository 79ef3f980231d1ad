"""The hot statements use their indexes as the server's role, under row-level security.

Under policies PostgreSQL gives an index only conditions whose operators are leakproof; these tests see that ours are.
Sequential scans are switched off, because the tables of a test are too small for an index to pay.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import asyncpg_dsn, server_settings
from db.models import Role
from db.seed import seed
from resolvers.compiler.compiler import Compiler
from resolvers.compiler.limits import Limits
from resolvers.compiler.select import Bounds
from resolvers.viewer import Context, Viewer
from schema.build import vocabulary
from tests.conftest import WorkspaceFactory

SOME_ID = UUID("0192f7c4-0000-7000-8000-000000000002")
NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
async def demo(owner_engine: AsyncEngine, engine: AsyncEngine, make_workspace: WorkspaceFactory) -> UUID:
    """A seeded workspace, with statistics for the planner."""
    workspace = await make_workspace()
    await seed(engine, workspace.id, lambda _step: None, until=NOW.date())
    async with owner_engine.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("ANALYZE"))
    return workspace.id


@pytest.fixture
async def connection(database_url: str, demo: UUID) -> AsyncIterator[asyncpg.Connection[Any]]:
    """A connection as the server's role, inside the seeded workspace."""
    settings = {**server_settings(), "enable_seqscan": "off", "enable_bitmapscan": "off"}
    connection = await asyncpg.connect(asyncpg_dsn(database_url), server_settings=settings)
    await connection.execute("SELECT set_config('wavelength.workspace', $1, false)", str(demo))
    yield connection
    await connection.close()


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A plan's nodes, from the top."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


async def explained(connection: asyncpg.Connection[Any], workspace_id: UUID, document: str) -> list[dict[str, Any]]:
    """The nodes of the plan of an operation's statement."""
    compiler = Compiler(vocabulary, Limits(), Bounds(cost=5_000, page=100))
    operation = compiler.operation(document, None)
    variables = compiler.variables(operation, {})
    plan = compiler.plan(operation, variables, Role.ADMIN)
    viewer = Viewer(workspace_id, Role.ADMIN, None, None, ZoneInfo("UTC"), 1)
    arguments = plan.bind(variables, Context(viewer, NOW), workspace_id)
    answer = await connection.fetchval(f"EXPLAIN (FORMAT JSON) {plan.sql}", *arguments)
    return list(nodes(orjson.loads(answer)[0]["Plan"]))


HOT = {
    "a lead by id": (f'{{ lead(id: "lead_{SOME_ID}") {{ name }} }}', "pk_lead", ["id ="]),
    "a lead by external id": (
        '{ lead(externalRef: {source: "crm", externalId: "7"}) { name } }',
        "pk_external_ref",
        ["entity =", "source =", "external_id ="],
    ),
    "an account of a lead": (f'{{ lead(id: "lead_{SOME_ID}") {{ account {{ name }} }} }}', "pk_account", ["id ="]),
    "a page of leads": (
        "{ leads(first: 50, orderBy: {field: RECEIVED_AT, direction: DESC}) { nodes { name } } }",
        "ix_lead_workspace_id_received_at_id",
        ["workspace_id ="],
    ),
    "leads since a moment": (
        (
            '{ leads(first: 50, filter: {receivedAt: {gte: "2026-01-01T00:00:00Z"}},'
            " orderBy: {field: RECEIVED_AT}) { nodes { name } } }"
        ),
        "ix_lead_workspace_id_received_at_id",
        ["received_at >="],
    ),
    "the leads of an account": (
        f'{{ account(id: "acct_{SOME_ID}") {{ leads(first: 5) {{ nodes {{ name }} }} }} }}',
        "ix_lead_workspace_id_account_id_received_at_id",
        ["account_id ="],
    ),
    "leads by e-mail address": (
        '{ leads(first: 5, filter: {email: {eq: "a@b.example"}}) { nodes { name } } }',
        "ix_lead_workspace_id_email",
        ["email ="],
    ),
    "the transitions of a journey": (
        f'{{ lead(id: "lead_{SOME_ID}") {{ transitions(first: 5, orderBy: {{field: OCCURRED_AT}}) {{ nodes {{ id }} }} }} }}',
        "ix_stage_transition_workspace_id_journey_id_occurred_at",
        ["journey_id ="],
    ),
    "the best content": (
        f'{{ opportunity(id: "opp_{SOME_ID}") {{ recommendedContent {{ fitWeight }} }} }}',
        "ix_content_mapping_best_fit",
        ["buying_stage_id ="],
    ),
    "the uses of an asset in a period": (
        f'{{ contentAsset(id: "asset_{SOME_ID}") {{ usage(period: {{window: LAST_90_DAYS}}) {{ uses }} }} }}',
        "ix_content_usage_workspace_id_asset_id_occurred_at",
        ["asset_id =", "occurred_at >=", "occurred_at <"],
    ),
    "the entities with a word": ('{ search(text: "ash") { rank } }', "pk_search_term", ["term >=", "term <="]),
    "the other words of an entity": (
        '{ search(text: "ashgrove retail") { rank } }',
        "ix_search_term_workspace_id_entity_entity_id_term",
        ["entity =", "entity_id =", "term >=", "term <="],
    ),
    "the most used assets of a period": (
        "{ contentUsage(period: {window: LAST_90_DAYS}) { nodes { uses } } }",
        "ix_content_usage_workspace_id_occurred_at_asset_id",
        ["occurred_at >=", "occurred_at <"],
    ),
    "what was done with all assets in a period": (
        "{ contentUsage(period: {window: LAST_90_DAYS}) { byAction { action uses users } } }",
        "pk_usage_by_member",
        ["span =", "starts_on >=", "starts_on <"],
    ),
}


@pytest.mark.parametrize("name", HOT)
async def test_a_hot_statement_uses_its_index(connection: asyncpg.Connection[Any], demo: UUID, name: str) -> None:
    document, index, conditions = HOT[name]
    found = await explained(connection, demo, document)
    scans = [node["Index Cond"] for node in found if node.get("Index Name", "").startswith(index)]
    assert scans, [node.get("Index Name", node["Node Type"]) for node in found]
    assert any(all(condition in scan for condition in conditions) for scan in scans), scans


async def test_a_page_comes_from_its_index_in_order(connection: asyncpg.Connection[Any], demo: UUID) -> None:
    found = await explained(connection, demo, HOT["a page of leads"][0])
    assert "Sort" not in {node["Node Type"] for node in found}


EVENTS = {
    "touchpoint": ("account_id", "contact_id", "lead_id", "opportunity_id"),
    "content_usage": ("account_id", "contact_id", "lead_id", "opportunity_id"),
    "stage_transition": ("lead_id", "opportunity_id"),
    "handoff": ("lead_id",),
    "lead_feedback": ("lead_id",),
    "content_feedback": ("opportunity_id",),
}
"""What of an account's the events of each table can name."""

TIMELINES = {
    "a page": "timeline(first: 20) { nodes { occurredAt ... on Touchpoint { subject } } pageInfo { hasNextPage } }",
    "a page from its end": "timeline(last: 20) { edges { cursor } }",
}


@pytest.mark.parametrize("name", TIMELINES)
async def test_a_timeline_finds_its_events_by_each_index(
    connection: asyncpg.Connection[Any], demo: UUID, name: str
) -> None:
    found = await explained(connection, demo, f'{{ account(id: "acct_{SOME_ID}") {{ {TIMELINES[name]} }} }}')
    assert [node for node in found if node["Node Type"] == "Seq Scan"] == []
    for table, columns in EVENTS.items():
        for column in columns:
            index = f"ix_{table}_workspace_id_{column}"
            scans = [node["Index Cond"] for node in found if node.get("Index Name", "").startswith(index)]
            assert any(f"{column} =" in scan for scan in scans), (index, scans)


async def test_the_next_page_of_a_timeline_begins_at_its_cursor(
    connection: asyncpg.Connection[Any], demo: UUID
) -> None:
    cursor = b64encode(orjson.dumps(["occurredAt-,id-", NOW.isoformat(), str(SOME_ID)])).decode()
    page = f'timeline(first: 20, after: "{cursor}") {{ nodes {{ occurredAt }} }}'
    found = await explained(connection, demo, f'{{ account(id: "acct_{SOME_ID}") {{ {page} }} }}')
    for table in ("touchpoint", "content_usage", "stage_transition"):
        for column in EVENTS[table]:
            index = f"ix_{table}_workspace_id_{column}"
            scans = [node["Index Cond"] for node in found if node.get("Index Name", "").startswith(index)]
            assert any("occurred_at <" in scan for scan in scans), (index, scans)
