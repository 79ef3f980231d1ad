"""Entries of journeys to stages: each journey counts once a stage, however often it entered it in the period."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import Alias, exists, literal_column, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.sql.elements import ColumnElement

from db.models import EntriesByStage, StageTransition
from db.rollups import ENTRIES
from db.rollups.days import begins, day_of
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.metrics import axes
from resolvers.metrics.dimension import Dimension
from resolvers.metrics.fact import NUMBER, Fact, Facts, Scope, Summary
from resolvers.metrics.measure import Aggregate
from resolvers.metrics.metric import Metric, Unit
from resolvers.metrics.rollup import Only, Reading, added_up
from resolvers.metrics.void import happened

_NOTHING: ColumnElement[Any] = literal_column("NULL")
(_BY_STAGE,) = ENTRIES.rollups


def _entered(scope: Scope) -> Facts:
    """Of the entries in the span the first of each journey to each stage."""
    event = open_table(StageTransition)
    by = [event.c[name] for name in ENTRIES.chain]
    first = (
        select(event.c.id, event.c.occurred_at, *by)
        .where(in_workspace(event), happened(event), scope.holds(event.c.occurred_at))
        .ext(distinct_on(*by))
        .order_by(*by, event.c.occurred_at, event.c.sequence)
        .correlate(*scope.outer)
        .subquery()
    )
    refs = {"journey_id": first.c.journey_id, "stage_id": first.c.to_stage_id}
    return Facts(first, first.c.id, first.c.occurred_at, refs, [])


def _counted(scope: Scope) -> Facts:
    """Of the entries in the span those that are the first of their journey and stage in it."""
    start = day_of(scope.start, scope.time_zone)
    only = Only(
        kept=lambda row: row.c.previous_on < start,
        delta=lambda row: row.c.previous_at.is_(None) | (row.c.previous_at < scope.start),
        event=partial(_is_first, scope),
    )
    reading = Reading(ENTRIES, _BY_STAGE, {"entries": lambda row: row["entries"]}, ("to_stage_id",), only)
    rows = added_up(reading, scope, _tells(scope, start))
    return Facts(rows, _NOTHING, _NOTHING, {"stage_id": rows.c.to_stage_id}, [], weight=rows.c.entries)


def _is_first(scope: Scope, event: Alias) -> ColumnElement[bool]:
    before = open_table(StageTransition)
    order = tuple_(before.c.occurred_at, before.c.sequence) < tuple_(event.c.occurred_at, event.c.sequence)
    same = [before.c[name] == event.c[name] for name in ENTRIES.chain]
    earlier = exists().where(in_workspace(before), happened(before), *same, order, before.c.occurred_at >= scope.start)
    return ~earlier.correlate_except(before)


def _tells(scope: Scope, start: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether the days of previous entries tell which of them lie before the span: not if one is the day it begins in."""
    row = open_table(EntriesByStage)
    on_the_day = exists().where(in_workspace(row), row.c.previous_on == start).correlate_except(row)
    return (begins(start, scope.time_zone) == scope.start) | ~on_the_day


ENTERED = Fact(
    StageTransition,
    _entered,
    {**axes.JOURNEY, Dimension.STAGE: axes.ref("stage_id")},
    (Summary(_counted, frozenset({Dimension.STAGE}), frozenset({NUMBER})),),
)

METRICS = (
    Metric(
        "STAGE_ENTRIES",
        "Stage entries",
        "Journeys that entered a stage in the period, each once a stage; by STAGE, those of each.",
        Unit.COUNT,
        Aggregate(ENTERED),
    ),
)
