"""What both departments want to reach together."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import strawberry
from strawberry.scalars import JSON

from db import models
from db.models import Horizon
from resolvers.metrics import goal_pipeline, goal_tree, goals
from resolvers.metrics.goals import GoalStatus
from schema.connection import Connection
from schema.entity import READERS, Node, computed_type, entity
from schema.fields import argument, column, items, objects, to_many, to_one
from schema.metric import MetricDefinition, MetricValue
from schema.period import AS_OF
from schema.terms import describe

if TYPE_CHECKING:
    from schema.budget import Budget, BudgetAllocation
    from schema.campaign import Campaign
    from schema.plan import PlanCommitment
    from schema.request import ContentRequest
    from schema.review import ReviewValue
    from schema.workspace import Member

describe(Horizon, "How far ahead a joint goal looks.")
describe(GoalStatus, "How a joint goal stands.")


@computed_type
class GoalProgress:
    """How far a joint goal has come, and whether it will be reached. Numbers are in the metric's unit."""

    goal: JointGoal = to_one(models.ReviewValue.goal_id, "The goal.")
    definition: MetricDefinition | None = objects(
        goals.definition, "What its metric means; null where the metric is not in the catalogue."
    )
    status: GoalStatus = column("How it stands.")
    problem: str | None = column("Why it cannot be measured; null where it can.")
    actual: MetricValue | None = objects(
        goals.actual,
        "The metric's value in the period so far; null where the metric is not in the catalogue. "
        "Its number is null where the status is NOT_MEASURABLE, NOT_STARTED or NO_VALUE.",
    )
    excluded: int = column("How many amounts are not in it, because their currency had no rate.")
    baseline: Decimal = column("The value from which it starts: 0 where nobody says.")
    target: Decimal = column("The value to reach: outright, or the baseline times a factor.")
    attainment: Decimal | None = column(
        "The part of the way from the baseline to the target that is done; null where there is no way to go."
    )
    elapsed: Decimal = column("The part of the period that has gone by, 0 to 1.")
    on_track_value: Decimal = column("Where it should be by now: on the straight line from the baseline to the target.")
    pace: Decimal | None = column(
        "The value divided by where it should be; where less is better, the other way round. Null where that is 0."
    )
    projected: Decimal | None = column(
        "Where it ends if counts and sums go on growing as they did; of everything else, the value itself."
    )
    required_per_day: Decimal | None = column(
        "What is missing to the target, for each day that is left; less than 0 where it is to fall. "
        "Null where no time is left."
    )
    days_left: Decimal = column("The days of 24 hours that are left of the period.")


@computed_type
class StatusCount:
    """Goals that stand in the same way."""

    status: GoalStatus = column("How they stand.")
    count: int = column("How many.")


@computed_type
class GoalRollUp:
    """The goals below a larger one: those that serve it, those that serve these, and so on.

    Its parts are the goals that serve it directly, by the same metric and within its period.
    """

    total: int = column("How many goals are below it.")
    by_status: list[StatusCount] = items(goal_tree.by_status, "How they stand; what does not occur is left out.")
    parts: int = column("How many of them are its parts.")
    parts_target: Decimal | None = column(
        "The sum of its parts' targets; null where there are none, or where the metric is no count or sum."
    )
    gap: Decimal | None = column(
        "Its own target without that: 0 where they add up. That parts do not count the same twice nobody checks."
    )


@computed_type
class PipelineCoverage:
    """The open pipeline beside what a goal on the won amount still lacks; amounts in the workspace's currency."""

    ratio: Decimal | None = column("`open` divided by `left`; null where nothing is left to win.")
    open: Decimal = column("The amounts of open opportunities that are expected to close in the goal's period.")
    won: Decimal = column("What was won in the period so far.")
    left: Decimal = column("The target without it.")
    currency_code: str = column("The currency.")
    excluded: int = column("How many amounts are in none of these, because their currency had no rate.")


@entity(models.JointGoal, plural="jointGoals")
class JointGoal(Node):
    """A target on a metric for a period, with an owner in marketing and one in sales."""

    name: str = column("Name of the goal.")
    metric: str = column("The key of the metric that it is measured by, such as `WIN_RATE`.")
    filters: JSON = column(
        "What the metric is narrowed to: of each dimension the keys of its values, as in MetricFilterInput, such as "
        '`{"CHANNEL": ["webinar"]}`; null stands for a missing value. Empty for everything.',
        filterable=False,
    )
    baseline: Decimal | None = column("The metric's value from which it starts, in the metric's unit.")
    target: Decimal | None = column("The value to reach, in the metric's unit; null where a factor says it.")
    factor: Decimal | None = column("The value to reach as a multiple of the baseline; null where a target says it.")
    starts_on: date = column("The first day of its period.")
    ends_on: date = column("The first day after its period.")
    horizon: Horizon = column("How far ahead it looks.")
    marketing_owner: Member | None = to_one(
        models.JointGoal.marketing_owner_id, "The member who answers for it in marketing."
    )
    sales_owner: Member | None = to_one(models.JointGoal.sales_owner_id, "The member who answers for it in sales.")
    parent: JointGoal | None = to_one(models.JointGoal.parent_id, "The larger goal that it serves.")
    budget: Budget | None = to_one(models.JointGoal.budget_id, "The budget that it is paid from.")
    children: Connection[JointGoal] = to_many(models.JointGoal.parent_id, "The smaller goals that serve it.")
    campaigns: Connection[Campaign] = to_many(models.Campaign.goal_id, "Campaigns that serve it.")
    allocations: Connection[BudgetAllocation] = to_many(
        models.BudgetAllocation.goal_id, "Parts of budgets that are set aside for it."
    )
    commitments: Connection[PlanCommitment] = to_many(
        models.PlanCommitment.goal_id, "What the departments commit to for it."
    )
    content_requests: Connection[ContentRequest] = to_many(
        models.ContentRequest.goal_id, "Content that was asked for because of it."
    )
    review_values: Connection[ReviewValue] = to_many(
        models.ReviewValue.goal_id, "Its value as reviews looked at it, frozen."
    )
    progress: GoalProgress = objects(goals.progress, "How far it has come.", AS_OF)
    roll_up: GoalRollUp = objects(goal_tree.roll_up, "How the goals below it stand.", AS_OF)
    pipeline_coverage: PipelineCoverage | None = objects(
        goal_pipeline.coverage,
        "Whether the open pipeline is enough for it; null unless its metric is WON_AMOUNT.",
        AS_OF,
    )


@strawberry.type
class Queries:
    goals: list[GoalProgress] = objects(
        goals.in_force,
        "The joint goals in whose period the moment lies, those that need attention first.",
        argument(list[GoalStatus] | None, "Only those that stand so; all, if left out.", name="status"),
        AS_OF,
        argument(int, "How many, 1 to 100.", name="first", default=20),
        roles=READERS,
    )
