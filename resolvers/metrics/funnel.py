"""The funnel: the cohort of one stage followed through the stages behind it, in one pass over its journeys' events."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    CTE,
    Boolean,
    Float,
    Integer,
    Interval,
    Numeric,
    Select,
    and_,
    any_,
    case,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.sql.elements import ColumnElement

from db.models import StageTransition
from resolvers.compiler.arguments import Argument, Arguments
from resolvers.compiler.errors import bad_user_input
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.compiler.vocabulary import Rows, Source
from resolvers.metrics.conversion import Skipping
from resolvers.metrics.elapsed import days
from resolvers.metrics.line import Section
from resolvers.metrics.measure import rounded
from resolvers.metrics.period import Period, period
from resolvers.metrics.void import happened

MOST_STAGES = 12


def funnel(_root: Source, arguments: Arguments) -> Rows:
    """The cohort in one row, with what its steps are read from."""
    stages = [item for item in arguments["stages"].items() if item is not None]
    if not 2 <= len(stages) <= MOST_STAGES:
        raise bad_user_input(f"A funnel has 2 to {MOST_STAGES} stages.")
    sections = [Section(start, end) for start, end in pairwise(stages)]
    within = arguments.get("within")
    limit = within.bind(Interval()) if within is not None else None
    span, strict = period(arguments), arguments["skipping"].literal() is Skipping.STRICT
    journeys = _journeys(sections, span, limit, strict=strict).cte()
    mature = func.max(journeys.c.at_0) + limit <= span.as_of if limit is not None else cast(null(), Boolean)
    columns: list[ColumnElement[Any]] = [func.count().label("entered"), mature.label("mature")]
    refusals = [refusal for section in sections for refusal in section.refusals()]
    return Rows(select(*columns).select_from(journeys), (journeys, stages), refusals=refusals)


def steps(result: Source, _arguments: Arguments) -> Rows:
    """One row a stage, in their order."""
    journeys, stages = result.data
    parts = [_step(journeys, stages, place) for place in range(len(stages))]
    rows = union_all(*parts).subquery()
    return Rows(select(rows).order_by(rows.c.place), estimate=len(parts))


def _step(journeys: CTE, stages: Sequence[Argument], place: int) -> Select[Any]:
    at, base = journeys.c[f"at_{place}"], func.count(journeys.c.at_0)
    before = journeys.c[f"at_{place - 1}"] if place else None
    reached = func.count(at)
    elapsed = days(before, at) if before is not None else null()
    median = func.percentile_cont(literal_column("0.5")).within_group(cast(elapsed, Float))
    section = Section(stages[place], stages[place])
    return select(
        section.id_of(stages[place]).label("stage_id"),
        literal_column(str(place), Integer).label("place"),
        reached.label("reached"),
        (_quotient(reached, func.count(before)) if before is not None else cast(null(), Numeric)).label("step_rate"),
        _quotient(reached, base).label("overall_rate"),
        rounded(cast(median, Numeric)).label("median_days"),
    ).select_from(journeys)


def _quotient(part: ColumnElement[Any], whole: ColumnElement[Any]) -> ColumnElement[Any]:
    return rounded(cast(part, Numeric) / func.nullif(whole, literal_column("0")))


def _journeys(
    sections: Sequence[Section], span: Period, within: ColumnElement[Any] | None, *, strict: bool
) -> Select[Any]:
    """One row a journey of the cohort: when it entered the first stage, and when it reached each further one."""
    event = open_table(StageTransition)
    start = event.c.to_stage_id == sections[0].id_of(sections[0].start)
    targets = [
        event.c.to_stage_id == any_(func.array(section.targets(strict=strict).scalar_subquery()))
        for section in sections
    ]
    in_order = (event.c.occurred_at, event.c.sequence)
    after = func.count().filter(start).over(partition_by=event.c.journey_id, order_by=in_order) > literal_column("0")
    events = (
        select(
            event.c.journey_id,
            event.c.occurred_at,
            start.label("start"),
            *((target & after).label(f"reaches_{place}") for place, target in enumerate(targets, 1)),
        )
        .where(in_workspace(event), happened(event), or_(start, *targets), event.c.occurred_at < span.as_of)
        .subquery()
    )
    moment = events.c.occurred_at
    entered_at = func.min(moment).filter(events.c.start)
    firsts = [func.min(moment).filter(events.c[f"reaches_{place}"]) for place in range(1, len(targets) + 1)]
    rows = (
        select(entered_at.label("at_0"), *(first.label(f"first_{place}") for place, first in enumerate(firsts, 1)))
        .group_by(events.c.journey_id)
        .having(and_(*span.holds(entered_at)))
        .subquery()
    )
    return select(rows.c.at_0, *(_in_time(rows, place, within) for place in range(1, len(targets) + 1)))


def _in_time(rows: Any, place: int, within: ColumnElement[Any] | None) -> ColumnElement[Any]:
    """When a stage was first reached; null where that was too late."""
    first: ColumnElement[Any] = rows.c[f"first_{place}"]
    if within is not None:
        first = case((first < rows.c.at_0 + within, first))
    return first.label(f"at_{place}")
