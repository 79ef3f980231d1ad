"""What the tables of goals, budgets, plans, reviews, surveys and requests refuse."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.engine import workspace_transaction
from db.models import RequestDecision
from tests.conftest import MadeWorkspace
from tests.factories.goal import budget, budget_allocation, joint_goal
from tests.factories.member import member
from tests.factories.plan import MOMENT, content_request, plan, review, review_value, survey, survey_answer


@dataclass(frozen=True)
class Desk:
    """A transaction in a workspace with somebody in it, and one row of each noun that others refer to."""

    connection: AsyncConnection
    workspace: UUID
    member: UUID
    goal: UUID
    budget: UUID
    review: UUID
    survey: UUID

    async def write(self, factory: Callable[..., Awaitable[UUID]], *parents: UUID, **values: Any) -> UUID:
        return await factory(self.connection, self.workspace, *parents, **values)


async def desk(connection: AsyncConnection, workspace: UUID) -> Desk:
    return Desk(
        connection,
        workspace,
        await member(connection, workspace),
        await joint_goal(connection, workspace),
        await budget(connection, workspace),
        await review(connection, workspace),
        await survey(connection, workspace),
    )


async def answer_twice(at: Desk) -> None:
    for score in (7, 8):
        await at.write(survey_answer, at.survey, at.member, score=score)


async def two_values_in_one_place(at: Desk) -> None:
    for metric in ("WIN_RATE", "USED_SHARE"):
        await at.write(review_value, at.review, metric=metric)


DAY = date(2026, 1, 1)
REFUSED: dict[str, tuple[Callable[[Desk], Awaitable[Any]], str]] = {
    "a goal without a target": (lambda at: at.write(joint_goal, target=None), "ck_joint_goal_one_target"),
    "a goal with two targets": (
        lambda at: at.write(joint_goal, factor=Decimal(2), baseline=Decimal(1)),
        "ck_joint_goal_one_target",
    ),
    "a goal of twice nothing": (
        lambda at: at.write(joint_goal, target=None, factor=Decimal(2)),
        "ck_joint_goal_factor_has_baseline",
    ),
    "a goal filtered by a list": (lambda at: at.write(joint_goal, filters=["fair"]), "ck_joint_goal_filters_shape"),
    "a goal filtered by one key": (
        lambda at: at.write(joint_goal, filters={"TEAM": [], "CHANNEL": "fair"}),
        "ck_joint_goal_filters_shape",
    ),
    "a goal filtered by a number": (
        lambda at: at.write(joint_goal, filters={"CHANNEL": ["fair", None, 7]}),
        "ck_joint_goal_filters_shape",
    ),
    "a goal filtered by lists of lists": (
        lambda at: at.write(joint_goal, filters={"CHANNEL": [["fair"]]}),
        "ck_joint_goal_filters_shape",
    ),
    "a goal without a day": (lambda at: at.write(joint_goal, ends_on=DAY), "ck_joint_goal_days_in_order"),
    "a budget of less than nothing": (lambda at: at.write(budget, amount=Decimal(-1)), "ck_budget_amount_range"),
    "a budget in coins": (lambda at: at.write(budget, currency_code="euro"), "ck_budget_currency_code_shape"),
    "a budget without a day": (lambda at: at.write(budget, ends_on=DAY), "ck_budget_days_in_order"),
    "money for nothing": (
        lambda at: at.write(budget_allocation, at.budget),
        "ck_budget_allocation_one_purpose",
    ),
    "money earned": (
        lambda at: at.write(budget_allocation, at.budget, goal_id=at.goal, spent=Decimal(-1)),
        "ck_budget_allocation_amounts_range",
    ),
    "a plan without a day": (lambda at: at.write(plan, ends_on=DAY), "ck_plan_days_in_order"),
    "two values in one place of a review": (two_values_in_one_place, "uq_review_value_workspace_id_review_id_position"),
    "a survey that ends before it begins": (
        lambda at: at.write(survey, closed_at=MOMENT - timedelta(seconds=1)),
        "ck_alignment_survey_times_in_order",
    ),
    "eleven of ten": (
        lambda at: at.write(survey_answer, at.survey, at.member, score=11),
        "ck_survey_answer_score_range",
    ),
    "a second answer": (answer_twice, "uq_survey_answer_workspace_id_survey_id_member_id"),
    "a request that does not say why": (
        lambda at: at.write(content_request, at.member),
        "ck_content_request_goal_or_exception",
    ),
    "a decision at no time": (
        lambda at: at.write(content_request, at.member, goal_id=at.goal, decision=RequestDecision.DECLINED),
        "ck_content_request_decision_has_time",
    ),
    "time earned by a request": (
        lambda at: at.write(content_request, at.member, goal_id=at.goal, effort_hours=Decimal(-1)),
        "ck_content_request_effort_hours_range",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_it_is_refused(engine: AsyncEngine, workspace: MadeWorkspace, what: str) -> None:
    write, constraint = REFUSED[what]
    with pytest.raises(IntegrityError, match=f'"{constraint}"'):
        async with workspace_transaction(engine, workspace.id) as connection:
            await write(await desk(connection, workspace.id))


async def test_a_goal_may_be_a_multiple_of_where_it_starts(engine: AsyncEngine, workspace: MadeWorkspace) -> None:
    async with workspace_transaction(engine, workspace.id) as connection:
        at = await desk(connection, workspace.id)
        doubled = await at.write(joint_goal, target=None, factor=Decimal(2), baseline=Decimal(1), parent_id=at.goal)
        await at.write(budget_allocation, at.budget, goal_id=doubled)


async def test_a_request_may_be_an_exception(engine: AsyncEngine, workspace: MadeWorkspace) -> None:
    async with workspace_transaction(engine, workspace.id) as connection:
        at = await desk(connection, workspace.id)
        await at.write(content_request, at.member, exception="The buyer reads nothing else.")
