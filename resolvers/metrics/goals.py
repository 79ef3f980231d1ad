"""Joint goals as of a moment: how far the metric has come, how far it should be, and where it will end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    DateTime,
    FromClause,
    Integer,
    Numeric,
    Text,
    any_,
    case,
    cast,
    extract,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.sql.elements import ColumnElement

from db.models import JointGoal, Term
from resolvers.compiler.arguments import Arguments
from resolvers.compiler.json import constant
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.compiler.vocabulary import Rows, Source
from resolvers.metrics.answer import entries
from resolvers.metrics.elapsed import SECONDS_A_DAY
from resolvers.metrics.fact import Scope, reporting_currency
from resolvers.metrics.measure import exact, rounded
from resolvers.metrics.metric import Better, Unit
from resolvers.metrics.named import by_metric, computed, of_metrics, understood
from resolvers.metrics.named_number import numbers
from resolvers.metrics.period import midnight, months_between
from resolvers.ranking import limit, size

_ON_TRACK: ColumnElement[Any] = literal_column("0.9", Numeric)
_AT_RISK: ColumnElement[Any] = literal_column("0.7", Numeric)
_ZERO: ColumnElement[int] = literal_column("0")
EXACT: ColumnElement[Any] = literal_column("1.000000000000000000000000", Numeric)
"""PostgreSQL divides to as many decimals as its numbers have: enough that six of them are the true ones."""


class GoalStatus(Term):
    """The order is that of a list of goals: what needs attention first."""

    OFF_TRACK = "OFF_TRACK", "Further behind than AT_RISK."
    AT_RISK = "AT_RISK", "At least 70% of where it should be."
    NOT_MEASURABLE = "NOT_MEASURABLE", "Its metric or its filters are not in the catalogue, so that it has no number."
    NO_VALUE = "NO_VALUE", "There is nothing yet to divide by, or nothing to tell the middle of."
    NOT_STARTED = "NOT_STARTED", "Its period has not begun."
    ON_TRACK = "ON_TRACK", "At least 90% of where it should be."
    MET = "MET", "The target is reached."


@dataclass(frozen=True, slots=True)
class Moment:
    """The moment of looking, and the zone whose days goals are made of, as bound parameters."""

    as_of: ColumnElement[datetime]
    time_zone: ColumnElement[str]


def moment(arguments: Arguments) -> Moment:
    """The moment in the argument ``asOf`` (default: now)."""
    return Moment(
        arguments.bind(DateTime(timezone=True), ("asOf",), lambda context, as_of: as_of or context.now),
        arguments.bind(Text(), (), lambda context: context.viewer.time_zone.key),
    )


def progress_of(goal: FromClause, seen: Moment) -> FromClause:
    """One row with the progress of ``goal``, a row of its table, by the names of the schema."""
    row = understood(span_of(goal, seen))
    found = numbers(row, scope_of(row, seen))
    needed = ("id", "metric", "base", "begins", "ends", "aim", "begun", "gone", "length", "problem")
    valued = select(*(row.c[name] for name in needed), found).select_from(row.join(found, true())).subquery()
    return select(_judged(_paced(valued))).lateral("progress")


def span_of(goal: FromClause, seen: Moment) -> FromClause:
    """What progress needs of a goal, and how much of its period has gone by, in seconds."""
    names = ("id", "metric", "filters", "starts_on", "ends_on")
    begins, ends = (midnight(goal.c[day], seen.time_zone) for day in ("starts_on", "ends_on"))
    base = func.coalesce(goal.c.baseline, _ZERO, type_=Numeric)
    own = {"base": base, "aim": aim(goal), "begins": begins, "ends": ends}
    made = select(*(goal.c[name] for name in names), *(value.label(name) for name, value in own.items()))
    days = made.correlate(goal).offset(_ZERO).subquery()
    until = func.least(days.c.ends, seen.as_of)
    return computed(
        days,
        until=until,
        begun=days.c.begins < seen.as_of,
        gone=_seconds(until - days.c.begins),
        length=_seconds(days.c.ends - days.c.begins),
    )


def aim(goal: Any) -> ColumnElement[Any]:
    """The value that a goal is to reach."""
    return func.coalesce(goal.c.target, goal.c.baseline * goal.c.factor, type_=Numeric)


def _seconds(duration: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.greatest(cast(extract("epoch", duration), Numeric), _ZERO, type_=Numeric)


def scope_of(row: FromClause, seen: Moment) -> Scope:
    months = months_between(row.c.begins, row.c.until, seen.time_zone)
    return Scope(row.c.begins, row.c.until, seen.as_of, months, seen.time_zone, (row,))


def _paced(row: FromClause) -> FromClause:
    """Where it should be, and where it will end if it goes on so."""
    way, come = row.c.aim - row.c.base, row.c.number - row.c.base
    grows = of_metrics(row, lambda metric: metric.adds_up)
    projected = case((grows, row.c.base + come * row.c.length * EXACT / func.nullif(row.c.gone, _ZERO)))
    return computed(
        row,
        on_track=row.c.base + way * row.c.gone * EXACT / row.c.length,
        attainment=come * EXACT / func.nullif(way, _ZERO),
        elapsed=row.c.gone * EXACT / row.c.length,
        projected=case((grows, projected), else_=row.c.number),
        seconds_left=row.c.length - row.c.gone,
        less=of_metrics(row, lambda metric: metric.better is Better.LESS),
        grows=grows,
    )


def _judged(row: FromClause) -> FromClause:
    """The columns of the answer: what is divided is rounded, and the status follows from the exact numbers."""
    days_left = row.c.seconds_left * EXACT / SECONDS_A_DAY
    per_day = (row.c.aim - row.c.number) * SECONDS_A_DAY * EXACT / func.nullif(row.c.seconds_left, _ZERO)
    pace = case(
        (row.c.less, row.c.on_track * EXACT / func.nullif(row.c.number, _ZERO)),
        else_=row.c.number * EXACT / func.nullif(row.c.on_track, _ZERO),
    )
    unit = by_metric(row, lambda metric: metric.unit)
    kept = {"baseline": row.c.base, "target": row.c.aim}
    divided = {
        "attainment": row.c.attainment,
        "elapsed": row.c.elapsed,
        "on_track_value": row.c.on_track,
        "pace": pace,
        "projected": row.c.projected,
        "required_per_day": per_day,
        "days_left": days_left,
    }
    return select(
        row.c.id.label("goal_id"),
        row.c.metric,
        row.c.problem,
        row.c.begins,
        row.c.ends,
        row.c.number,
        cast(func.coalesce(row.c.excluded, _ZERO), Integer).label("excluded"),
        unit.label("unit"),
        case((unit == constant(Unit.MONEY), reporting_currency())).label("currency_code"),
        _status(row).label("status"),
        *(exact(value).label(name) for name, value in kept.items()),
        *(rounded(value).label(name) for name, value in divided.items()),
    ).subquery()


def _status(row: FromClause) -> ColumnElement[str]:
    behind = case((row.c.less, row.c.on_track), else_=row.c.number)
    ahead = case((row.c.less, row.c.number), else_=row.c.on_track)
    # What may still grow beyond a limit has not kept to it before its time is over.
    over = or_(~row.c.grows, row.c.seconds_left == _ZERO)
    met = case((row.c.less, (row.c.number <= row.c.aim) & over), else_=row.c.number >= row.c.aim)
    cases = {
        GoalStatus.NOT_MEASURABLE: row.c.problem.is_not(None),
        GoalStatus.NOT_STARTED: ~row.c.begun,
        GoalStatus.NO_VALUE: row.c.number.is_(None),
        GoalStatus.MET: met,
        GoalStatus.ON_TRACK: behind >= ahead * _ON_TRACK,
        GoalStatus.AT_RISK: behind >= ahead * _AT_RISK,
    }
    return case(
        *((condition, cast(constant(status), Text())) for status, condition in cases.items()),
        else_=cast(constant(GoalStatus.OFF_TRACK), Text()),
    )


def progress(goal: Source, arguments: Arguments) -> Rows:
    """The progress of one goal."""
    found = progress_of(goal.row, moment(arguments))
    return Rows(select(found))


def actual(found: Source, _arguments: Arguments) -> Rows:
    """The metric's value in the goal's period so far; no row where the metric is not in the catalogue."""
    columns = (found.c.number, found.c.unit, found.c.currency_code)
    return Rows(select(*columns).where(found.c.unit.is_not(None)).correlate(found.row))


def definition(found: Source, _arguments: Arguments) -> Rows:
    """The entry of the goal's metric in the catalogue, if it is there."""
    catalogue = entries()
    return Rows(select(catalogue).where(catalogue.c.key == found.c.metric))


def in_force(_root: Source, arguments: Arguments) -> Rows:
    """The goals in whose period the moment lies, those that need attention first."""
    first, seen = size(arguments), moment(arguments)
    goal = open_table(JointGoal)
    found = progress_of(goal, seen)
    conditions = [in_workspace(goal), found.c.begins <= seen.as_of, found.c.ends > seen.as_of]
    if (wanted := arguments.get("status")) is not None:
        conditions.append(found.c.status == any_(wanted.bind(ARRAY(Text()), _texts)))
    order = (standing(found.c.status), found.c.pace.asc().nulls_last(), found.c.ends, found.c.goal_id)
    rows = select(found).select_from(goal.join(found, true())).where(*conditions)
    return Rows(rows.order_by(*order).limit(limit(first)), estimate=first)


def _texts(values: list[Any], _context: object) -> list[str]:
    return [str(value) for value in values]


def standing(status: ColumnElement[str]) -> ColumnElement[int]:
    """The place of a status among all."""
    return case(
        *((status == constant(one), literal_column(str(place), Integer)) for place, one in enumerate(GoalStatus))
    )
