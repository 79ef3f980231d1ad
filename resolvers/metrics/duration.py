"""How long journeys stay in stages, and which stage each is in at a moment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    CTE,
    Float,
    Numeric,
    and_,
    case,
    cast,
    exists,
    extract,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.sql.elements import ColumnElement

from db.models import FunnelStage, Journey, Lead, Opportunity, StageTransition
from resolvers.compiler.arguments import Arguments
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.compiler.vocabulary import Rows, Source
from resolvers.metrics import axes, spells
from resolvers.metrics.dimension import Dimension
from resolvers.metrics.elapsed import SECONDS_A_DAY
from resolvers.metrics.fact import Fact, Facts, Scope
from resolvers.metrics.measure import Aggregate, rounded
from resolvers.metrics.metric import Metric, Unit
from resolvers.metrics.period import scope
from resolvers.metrics.void import happened

_EXPECTED_STAGES = 12


def stays(as_of: ColumnElement[datetime]) -> CTE:
    """One row a stay of a journey in a stage, as far as it had happened; ``left_at`` is null for the last one."""
    event = open_table(StageTransition)
    left_at = func.lead(event.c.occurred_at).over(
        partition_by=event.c.journey_id, order_by=(event.c.occurred_at, event.c.sequence)
    )
    return (
        select(
            event.c.journey_id,
            event.c.to_stage_id.label("stage_id"),
            event.c.occurred_at.label("entered_at"),
            left_at.label("left_at"),
        )
        .where(in_workspace(event), happened(event), event.c.occurred_at < as_of)
        .cte()
    )


def stage_duration(_root: Source, arguments: Arguments) -> Rows:
    """One row a stage: how long journeys whose stays ended in the period had been in it, and who is in it still."""
    asked = scope(arguments)
    stay, stage = stays(asked.as_of), open_table(FunnelStage)
    ended = and_(stay.c.left_at >= asked.start, stay.c.left_at < asked.end)
    # Added up before it is divided, which is exact.
    spent = func.sum(extract("epoch", stay.c.left_at - stay.c.entered_at)).filter(ended) / SECONDS_A_DAY
    journeys = (
        select(
            stay.c.stage_id,
            stay.c.journey_id,
            spent.label("days"),
            func.bool_or(spells.at(stay, asked.end)).label("is_in"),
        )
        .group_by(stay.c.stage_id, stay.c.journey_id)
        .subquery()
    )
    value = cast(journeys.c.days, Float)
    rows = (
        select(
            stage.c.id.label("stage_id"),
            func.count(journeys.c.days).label("journeys"),
            func.count().filter(journeys.c.is_in).label("open"),
            *(
                rounded(cast(made, Numeric)).label(name)
                for name, made in (
                    ("median_days", func.percentile_cont(literal_column("0.5")).within_group(value)),
                    ("mean_days", func.avg(cast(journeys.c.days, Numeric))),
                    ("p90_days", func.percentile_cont(literal_column("0.9")).within_group(value)),
                )
            ),
        )
        .select_from(stage.outerjoin(journeys, journeys.c.stage_id == stage.c.id))
        .where(in_workspace(stage))
        .group_by(stage.c.id, stage.c.position, stage.c.key)
        .order_by(stage.c.position, stage.c.key)
    )
    return Rows(rows, estimate=_EXPECTED_STAGES)


def _active(asked: Scope) -> Facts:
    """Journeys and the stage that each was in at the end of the span."""
    journey, stay, moved = open_table(Journey), stays(asked.as_of), open_table(StageTransition)
    lead, opportunity = open_table(Lead), open_table(Opportunity)
    rows = journey.outerjoin(stay, and_(stay.c.journey_id == journey.c.id, spells.at(stay, asked.end)))
    for held in (lead, opportunity):
        rows = rows.outerjoin(held, and_(in_workspace(held), held.c.journey_id == journey.c.id))
    # Of the events, which an index finds: the stays would be read through for every journey that is in no stage.
    entered = (in_workspace(moved), happened(moved), moved.c.occurred_at < asked.as_of)
    never = ~exists().where(*entered, moved.c.journey_id == journey.c.id).correlate_except(moved)
    # A stage that is held without a known entry has been held for as long as anybody knows.
    stage_id = case((never, func.coalesce(opportunity.c.stage_id, lead.c.stage_id)), else_=stay.c.stage_id)
    return Facts(
        rows,
        journey.c.id,
        asked.end,
        {"journey_id": journey.c.id, "stage_id": stage_id},
        [in_workspace(journey), or_(stay.c.stage_id.is_not(None), never & stage_id.is_not(None))],
    )


ACTIVE = Fact(Journey, _active, {**axes.JOURNEY, Dimension.STAGE: axes.ref("stage_id")})

METRICS = (
    Metric(
        "ACTIVE_JOURNEYS",
        "Active journeys",
        "Journeys that are in a stage at the end of the period; by STAGE, those in each.",
        Unit.COUNT,
        Aggregate(ACTIVE),
    ),
)
