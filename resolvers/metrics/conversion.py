"""Stage conversion: of the journeys that entered one stage, how many reached another.

docs/metrics.md has the definition; COHORT follows journeys from their first entry, PERIOD divides the entries of one
period.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
    cast,
    false,
    func,
    literal_column,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.sql.elements import ColumnElement

from db.models import StageTransition, Term
from resolvers.compiler.arguments import Arguments
from resolvers.compiler.errors import bad_user_input
from resolvers.compiler.json import constant
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.compiler.vocabulary import Item, Rows, Source
from resolvers.metrics.axes import JOURNEY, with_dimensions
from resolvers.metrics.dimension import Dimension, chosen, too_many
from resolvers.metrics.elapsed import days
from resolvers.metrics.line import Section
from resolvers.metrics.measure import rounded
from resolvers.metrics.period import Period, period
from resolvers.metrics.void import happened

_EXPECTED_GROUPS = 20


class ConversionMode(Term):
    COHORT = "COHORT", "Journeys whose first entry to `from` lies in the period, and what became of them since."
    PERIOD = "PERIOD", "Entries to `to` in the period, divided by entries to `from` in it. May exceed 1."


class Skipping(Term):
    ALLOWED = "ALLOWED", "A stage later than `to` on the line counts as reaching it."
    STRICT = "STRICT", "Only `to` itself counts."


@dataclass(frozen=True, slots=True)
class Conversion:
    """What the parts of the answer are read from: one row a journey, and the dimensions it is grouped by."""

    journeys: CTE
    mode: ConversionMode
    dimensions: Sequence[Dimension]
    within: ColumnElement[Any] | None
    as_of: ColumnElement[Any]

    def measures(self) -> list[ColumnElement[Any]]:
        """The aggregates over journeys, for the total and for each group."""
        row = self.journeys.c
        entered = func.count().filter(row.entered)
        converted = func.count().filter(row.converted)
        ratio = cast(converted, Numeric) / func.nullif(entered, literal_column("0"))
        cohort = self.mode is ConversionMode.COHORT
        elapsed = days(row.entered_at, row.reached_at)
        median = func.percentile_cont(literal_column("0.5")).within_group(cast(elapsed, Float)).filter(row.converted)
        mature = func.max(row.entered_at) + self.within <= self.as_of if self.within is not None else null()
        return [
            entered.label("entered"),
            converted.label("converted"),
            (func.count().filter(row.out_of_order) if cohort else cast(null(), Integer)).label("out_of_order"),
            rounded(ratio).label("rate"),
            cast(mature if cohort else null(), Boolean).label("mature"),
            rounded(cast(median, Numeric)).label("median_days"),
        ]


def stage_conversion(_root: Source, arguments: Arguments) -> Rows:
    """The conversion as one row, with what its groups are read from."""
    mode: ConversionMode = arguments["mode"].literal()
    within = arguments.get("within")
    if within is not None and mode is ConversionMode.PERIOD:
        raise bad_user_input("'within' is for the mode COHORT: PERIOD follows no journey.")
    asked = [item.literal() for item in arguments["groupBy"].items() if item is not None]
    dimensions = chosen(asked, list(JOURNEY), "stageConversion")
    span, section = period(arguments), Section(arguments["from"], arguments["to"])
    limit = within.bind(Interval()) if within is not None else None
    if mode is ConversionMode.COHORT:
        targets = section.targets(strict=arguments["skipping"].literal() is Skipping.STRICT)
        entries = _cohort(section, targets, span, limit)
    else:
        entries = _entries(section, span)
    journeys = with_dimensions(entries.cte(), dimensions).cte()
    conversion = Conversion(journeys, mode, dimensions, limit, span.as_of)
    ids = (section.id_of(section.start).label("from_stage_id"), section.id_of(section.end).label("to_stage_id"))
    total = select(*conversion.measures(), *ids).select_from(journeys)
    return Rows(total, conversion, refusals=section.refusals())


def groups(conversion: Source, _arguments: Arguments) -> Rows:
    """One row a combination of the dimensions' values, the most entered first; too many are refused."""
    data: Conversion = conversion.data
    if not data.dimensions:
        return Rows(select(*data.measures()).select_from(data.journeys).having(false()), data)
    names = [f"{part}_{index}" for index in range(len(data.dimensions)) for part in ("key", "label")]
    by = [data.journeys.c[name] for name in names]
    found = select(*data.measures(), *by).group_by(*by).cte()
    rows = select(found).order_by(found.c.entered.desc(), *(found.c[name].asc().nulls_last() for name in names))
    return Rows(rows, data, _EXPECTED_GROUPS, refusals=[too_many(found)])


def dimensions(group: Source, _arguments: Arguments) -> list[Item]:
    """The group's value of each dimension, in the order they were asked for."""
    data: Conversion = group.data
    return [
        Item(
            {
                "name": constant(dimension),
                "key": group.c[f"key_{index}"],
                "label": group.c[f"label_{index}"],
            }
        )
        for index, dimension in enumerate(data.dimensions)
    ]


def _cohort(section: Section, targets: Select[Any], span: Period, within: ColumnElement[Any] | None) -> Select[Any]:
    """One row a journey of the base: its first entry, and when it first reached the end after it.

    One pass over the events, in their order: joining a journey's entry to its later events would be as right, but
    slow whenever PostgreSQL misjudges how many there are.
    """
    event = open_table(StageTransition)
    reached = func.array(targets.scalar_subquery())
    start, target = event.c.to_stage_id == section.id_of(section.start), event.c.to_stage_id == any_(reached)
    in_order = (event.c.occurred_at, event.c.sequence)
    starts = func.count().filter(start).over(partition_by=event.c.journey_id, order_by=in_order)
    events = (
        select(
            event.c.journey_id,
            event.c.occurred_at,
            start.label("start"),
            (target & (starts > literal_column("0"))).label("after"),
            (target & (starts == literal_column("0"))).label("before"),
        )
        .where(in_workspace(event), happened(event), or_(start, target), event.c.occurred_at < span.as_of)
        .subquery()
    )
    entered_at = func.min(events.c.occurred_at).filter(events.c.start)
    journeys = (
        select(
            events.c.journey_id,
            entered_at.label("entered_at"),
            func.min(events.c.occurred_at).filter(events.c.after).label("reached_at"),
            func.bool_or(events.c.before).label("before"),
        )
        .group_by(events.c.journey_id)
        .having(and_(*span.holds(entered_at)))
        .subquery()
    )
    in_time = journeys.c.reached_at < journeys.c.entered_at + within if within is not None else true()
    converted = func.coalesce(journeys.c.reached_at.is_not(None) & in_time, false())
    return select(
        journeys.c.journey_id,
        journeys.c.entered_at,
        journeys.c.reached_at,
        literal_column("true", Boolean).label("entered"),
        converted.label("converted"),
        (~converted & journeys.c.before).label("out_of_order"),
    )


def _entries(section: Section, span: Period) -> Select[Any]:
    """One row a journey that entered either stage in the period, whichever came first."""
    event = open_table(StageTransition)
    start, end = (event.c.to_stage_id == section.id_of(key) for key in (section.start, section.end))
    moment = cast(null(), event.c.occurred_at.type)
    return (
        select(
            event.c.journey_id,
            moment.label("entered_at"),
            moment.label("reached_at"),
            func.bool_or(start).label("entered"),
            func.bool_or(end).label("converted"),
            literal_column("false", Boolean).label("out_of_order"),
        )
        .where(in_workspace(event), happened(event), or_(start, end), *span.holds(event.c.occurred_at))
        .group_by(event.c.journey_id)
    )
