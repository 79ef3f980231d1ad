"""How long journeys stay in stages, and which stage each is in at a moment."""

from __future__ import annotations

from sqlalchemy import Float, Numeric, and_, case, cast, extract, func, literal_column, select

from db.models import FunnelStage, Journey, Lead, Opportunity
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

_EXPECTED_STAGES = 12


def stage_duration(_root: Source, arguments: Arguments) -> Rows:
    """One row a stage: how long journeys whose stays ended in the period had been in it, and who is in it still."""
    asked = scope(arguments)
    stay, stage = spells.of_journeys(asked.as_of), open_table(FunnelStage)
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
    journey, stay = open_table(Journey), spells.of_journeys(asked.as_of)
    lead, opportunity = open_table(Lead), open_table(Opportunity)
    rows = journey.outerjoin(stay, and_(stay.c.journey_id == journey.c.id, spells.at(stay, asked.end)))
    for one in (lead, opportunity):
        rows = rows.outerjoin(one, and_(in_workspace(one), one.c.journey_id == journey.c.id))
    held = func.coalesce(spells.held(opportunity, "opened_at", asked.end), spells.held(lead, "received_at", asked.end))
    stage_id = func.coalesce(stay.c.stage_id, case((spells.never_moved("journey_id", journey.c.id), held)))
    refs = {"journey_id": journey.c.id, "stage_id": stage_id}
    since = func.coalesce(stay.c.entered_at, journey.c.created_at)
    return Facts(rows, journey.c.id, since, refs, [in_workspace(journey), stage_id.is_not(None)])


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
