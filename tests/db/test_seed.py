from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import workspace_transaction
from db.models import (
    Base,
    BuyingStage,
    ContentAsset,
    ContentUsage,
    FunnelStage,
    Lead,
    Member,
    Opportunity,
    Pipeline,
    StageTransition,
    Tenant,
)
from db.seed import DEFAULT_UNTIL, WorkspaceNotEmptyError, is_empty, seed
from db.seed.company import Company
from db.seed.pipelines import RENEWAL_STAGES
from db.seed.writer import found, parents_first
from resolvers.commands.workspace import BUYING_STAGES, FUNNEL_STAGES
from tests.conftest import MadeWorkspace, WorkspaceFactory
from tests.db.history import RULES, assert_consistent

SEEDED = [table for table in parents_first() if table not in (BuyingStage, FunnelStage, Pipeline)]
"""All tables but those of the stages, whose rows are there before the company's."""

FUNNEL_KEYS = [*(stage.key for stage in FUNNEL_STAGES), *(key for key, *_ in RENEWAL_STAGES)]

COUNTS = {
    "account": 60,
    "activity": 35,
    "alignment_survey": 4,
    "api_token": 2,
    "approval": 60,
    "audit_entry": 47,
    "budget": 3,
    "budget_allocation": 15,
    "buying_stage": 4,
    "campaign": 17,
    "campaign_message": 8,
    "channel": 7,
    "contact": 200,
    "content_asset": 45,
    "content_feedback": 117,
    "content_message": 18,
    "content_request": 10,
    "content_usage": 1500,
    "contribution": 94,
    "event_void": 4,
    "exchange_rate": 7,
    "funnel_stage": 14,
    "glossary_term": 8,
    "glossary_version": 11,
    "handoff": 321,
    "invitation": 360,
    "joint_goal": 11,
    "journey": 415,
    "lead": 400,
    "lead_criterion": 17,
    "lead_definition": 4,
    "lead_feedback": 174,
    "member": 15,
    "message": 6,
    "milestone": 89,
    "opportunity": 125,
    "opportunity_line": 157,
    "persona": 6,
    "persona_question": 30,
    "pipeline": 2,
    "plan": 3,
    "plan_comment": 8,
    "plan_commitment": 13,
    "product": 6,
    "recognition": 34,
    "review": 4,
    "review_action": 9,
    "review_attendee": 20,
    "review_value": 16,
    "service_level": 7,
    "survey_answer": 42,
    "target_list": 5,
    "target_list_account": 46,
    "team": 5,
    "touchpoint": 3402,
}

SEED_RULES = {
    "no budget sets aside more than there is": """
        SELECT budget.id FROM budget JOIN budget_allocation AS part ON part.budget_id = budget.id
        GROUP BY budget.workspace_id, budget.id HAVING sum(part.amount) > budget.amount""",
    "a review looks back": """
        SELECT value.id FROM review_value AS value JOIN review ON review.id = review_id
        WHERE value.ends_on > held_at OR held_at < value.created_at""",
    "what came of a request was written after it": """
        SELECT request.id FROM content_request AS request JOIN content_asset AS asset ON asset.id = asset_id
        WHERE requested_at >= asset.created_at""",
    "only members of both departments and their leaders are asked how they work together": """
        SELECT answer.id FROM survey_answer AS answer
        JOIN alignment_survey AS survey ON survey.id = survey_id JOIN member ON member.id = member_id
        WHERE department = 'PARTNER' OR NOT active OR answered_at NOT BETWEEN opened_at AND coalesce(closed_at, 'infinity')""",
    "content is used in the life of the opportunity": """
        SELECT usage.id FROM content_usage AS usage JOIN opportunity ON opportunity.id = opportunity_id
        WHERE occurred_at NOT BETWEEN opened_at AND coalesce(closed_at, 'infinity')""",
    "transitions happen in working hours": """
        SELECT id FROM stage_transition
        WHERE extract(isodow FROM occurred_at) > 5 OR occurred_at::time NOT BETWEEN '08:00' AND '17:00'""",
    "an asset is used after it was published, and never as a draft": """
        SELECT usage.id FROM content_usage AS usage JOIN content_asset AS asset ON asset.id = asset_id
        WHERE asset.status = 'DRAFT' OR asset.published_on >= occurred_at::date""",
    "the inactive member does nothing": """
        SELECT usage.id FROM content_usage AS usage JOIN member ON member.id = member_id WHERE NOT active""",
}


def nothing(step: str) -> None:
    """The progress of a test is not shown."""


@pytest.fixture(scope="module")
async def seeded(engine: AsyncEngine, make_workspace: WorkspaceFactory) -> MadeWorkspace:
    workspace = await make_workspace()
    await seed(engine, workspace.id, nothing)
    return workspace


async def test_history_is_consistent(engine: AsyncEngine, seeded: MadeWorkspace) -> None:
    await assert_consistent(engine, seeded.id, RULES | SEED_RULES)


async def test_sizes(engine: AsyncEngine, seeded: MadeWorkspace) -> None:
    async with workspace_transaction(engine, seeded.id) as connection:
        for table, count in COUNTS.items():
            counted = await connection.scalar(select(func.count()).select_from(Base.metadata.tables[table]))
            assert (table, counted) == (table, count)


EMPTY = {"usage_delta", "touchpoint_delta", "entry_delta"}
"""Tables whose rows wait to be merged: none after a seed."""


@pytest.mark.parametrize("table", [one for name, one in Base.metadata.tables.items() if name not in EMPTY], ids=str)
async def test_every_column_has_something_to_show(engine: AsyncEngine, seeded: MadeWorkspace, table: Table) -> None:
    """A value in every column, and a null in every column that may have one."""
    async with workspace_transaction(engine, seeded.id) as connection:
        counted = await connection.execute(select(func.count(), *(func.count(column) for column in table.columns)))
        rows, *values = counted.one()
    for column, count in zip(table.columns, values, strict=True):
        assert count > 0, column
        assert (count < rows) == column.nullable, column


async def test_coverage_has_gaps_and_excess(engine: AsyncEngine, seeded: MadeWorkspace) -> None:
    statement = """
        SELECT persona.name, stage.key, count(DISTINCT asset.id) AS assets
        FROM persona CROSS JOIN buying_stage AS stage
        LEFT JOIN content_mapping AS mapping
            ON mapping.buying_stage_id = stage.id AND coalesce(mapping.persona_id, persona.id) = persona.id
        LEFT JOIN content_asset AS asset ON asset.id = mapping.asset_id AND asset.status = 'ACTIVE'
        WHERE persona.active GROUP BY persona.id, persona.name, stage.id, stage.key"""
    async with workspace_transaction(engine, seeded.id) as connection:
        cells = {(row.name, row.key): row.assets for row in await connection.exec_driver_sql(statement)}
    assert sorted(cell for cell, count in cells.items() if count == 0) == [
        ("Procurement Manager", "consideration"),
        ("Quality and Compliance Manager", "decision"),
    ]
    assert len([cell for cell, count in cells.items() if count >= 5]) == 5


async def test_buying_stages_show_the_gap_between_the_vocabularies(engine: AsyncEngine, seeded: MadeWorkspace) -> None:
    statement = "SELECT key, marketing_name, sales_name FROM buying_stage ORDER BY position"
    async with workspace_transaction(engine, seeded.id) as connection:
        rows = (await connection.exec_driver_sql(statement)).all()
    assert [tuple(row) for row in rows] == [
        ("awareness", "Attract", None),
        ("consideration", "Educate", "Qualify"),
        ("decision", "Convince", "Propose and negotiate"),
        ("purchase", None, "Close and roll out"),
    ]


async def test_a_workspace_with_data_is_refused_and_stays_as_it_is(engine: AsyncEngine, seeded: MadeWorkspace) -> None:
    with pytest.raises(WorkspaceNotEmptyError, match=str(seeded.id)):
        await seed(engine, seeded.id, nothing, until=DEFAULT_UNTIL + timedelta(days=1))
    async with workspace_transaction(engine, seeded.id) as connection:
        assert await connection.scalar(select(func.count()).select_from(Member)) == COUNTS["member"]
        assert not await is_empty(connection, seeded.id)


async def test_a_new_workspace_is_empty(engine: AsyncEngine, workspace: MadeWorkspace) -> None:
    async with workspace_transaction(engine, workspace.id) as connection:
        assert await is_empty(connection, workspace.id)


def make_company(until: date, stages: dict[str, UUID]) -> Company:
    funnel, buying = ({key: stages[key] for key in keys} for keys in (FUNNEL_KEYS, BUYING_STAGES))
    return found(Company(uuid4(), until, funnel, buying))


@pytest.fixture(scope="module")
def stages() -> dict[str, UUID]:
    return {key: uuid4() for key in (*FUNNEL_KEYS, *BUYING_STAGES)}


def values(company: Company) -> dict[type[Tenant], list[dict[str, Any]]]:
    return {
        table: [
            {column.key: getattr(row, column.key) for column in table.__table__.columns if column.key != "workspace_id"}
            for row in company.rows(table)
        ]
        for table in SEEDED
    }


def test_the_same_date_gives_the_same_rows(stages: dict[str, UUID]) -> None:
    assert values(make_company(DEFAULT_UNTIL, stages)) == values(make_company(DEFAULT_UNTIL, stages))


@pytest.mark.parametrize("later", range(7))
def test_any_day_will_do(later: int, stages: dict[str, UUID]) -> None:
    until = date(2027, 2, 26) + timedelta(days=later)
    company = make_company(until, stages)
    for table in (table for table in SEEDED if not table.__derived__):
        optional = [column.key for column in table.__table__.columns if column.nullable]
        for name in optional:
            missing = [row for row in company.rows(table) if getattr(row, name) is None]
            assert 0 < len(missing) < len(company.rows(table)), (table, name)
    recent = company.calendar.ago(90)
    assert len([usage for usage in company.rows(ContentUsage) if usage.occurred_at >= recent]) > 200
    assert len([lead for lead in company.rows(Lead) if lead.received_at >= recent]) > 50
    closed = [one.closed_at for one in company.rows(Opportunity) if one.closed_at is not None]
    assert len([moment for moment in closed if moment >= recent]) > 10
    moments = [usage.occurred_at for usage in company.rows(ContentUsage)]
    moments += [transition.occurred_at for transition in company.rows(StageTransition)]
    assert max(moments) < company.calendar.midnight
    assert min(moments) >= company.calendar.moment(0.0)
    assert len({row.id for row in company.rows(ContentAsset)}) == COUNTS["content_asset"]
