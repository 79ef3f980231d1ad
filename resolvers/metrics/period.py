"""Periods: from what a client asks for to two moments, in the workspace's calendar."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

from sqlalchemy import (
    ARRAY,
    TIMESTAMP,
    DateTime,
    FromClause,
    Integer,
    Interval,
    Numeric,
    Text,
    case,
    cast,
    column,
    extract,
    func,
    literal_column,
)
from sqlalchemy.sql.elements import ColumnElement

from db.models import Term
from resolvers.compiler.arguments import Arguments
from resolvers.compiler.errors import bad_user_input
from resolvers.metrics.fact import Scope
from resolvers.viewer import Context, Viewer

_ALWAYS = datetime(1, 1, 2, tzinfo=UTC)
_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
"""What stands for minus infinity where PostgreSQL is asked."""
_TIMESTAMP = DateTime(timezone=True)


class Window(Term):
    LAST_30_DAYS = "LAST_30_DAYS", "The 30 complete days before the day of `asOf`."
    LAST_90_DAYS = "LAST_90_DAYS", "The 90 complete days before the day of `asOf`."
    LAST_12_MONTHS = "LAST_12_MONTHS", "The 12 complete months before the month of `asOf`."
    LAST_24_MONTHS = "LAST_24_MONTHS", "The 24 complete months before the month of `asOf`."
    THIS_QUARTER = "THIS_QUARTER", "The fiscal quarter of `asOf`, up to `asOf`."
    LAST_QUARTER = "LAST_QUARTER", "The fiscal quarter before that of `asOf`."
    THIS_YEAR = "THIS_YEAR", "The fiscal year of `asOf`, up to `asOf`."
    LAST_YEAR = "LAST_YEAR", "The fiscal year before that of `asOf`."
    ALL_TIME = "ALL_TIME", "Everything up to `asOf`."


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open span of time and the moment of looking at it, as bound parameters."""

    start: ColumnElement[datetime]
    end: ColumnElement[datetime]
    as_of: ColumnElement[datetime]

    def holds(self, moment: ColumnElement[datetime]) -> tuple[ColumnElement[bool], ...]:
        """Whether a moment lies in the period and before ``as_of``."""
        return moment >= self.start, moment < self.end, moment < self.as_of


class Grain(Term):
    DAY = "DAY", "Days of the workspace's time zone."
    WEEK = "WEEK", "ISO weeks: from Monday."
    MONTH = "MONTH", "Months."
    QUARTER = "QUARTER", "Quarters of the fiscal year."
    YEAR = "YEAR", "Fiscal years."


MOST_BUCKETS = 400

Spans: TypeAlias = Sequence[tuple[datetime, datetime]]


def scope(arguments: Arguments) -> Scope:
    """The scope of a metric in the arguments ``period`` and ``asOf`` (default: now)."""

    def bind(type_: Any, compute: Callable[[datetime, datetime, Viewer], Any]) -> ColumnElement[Any]:
        return arguments.bind(
            type_,
            ("period", "asOf"),
            lambda context, given, as_of: compute(*_span(context, given, as_of), context.viewer),
        )

    return _scope(arguments, bind)


def window_scope(arguments: Arguments, window: Window) -> Scope:
    """The scope of a window before the argument ``asOf`` (default: now)."""

    def bind(type_: Any, compute: Callable[[datetime, datetime, Viewer], Any]) -> ColumnElement[Any]:
        return arguments.bind(
            type_,
            ("asOf",),
            lambda context, as_of: compute(*_span(context, {"window": window}, as_of), context.viewer),
        )

    return _scope(arguments, bind)


def _scope(arguments: Arguments, bind: Callable[[Any, Callable[[datetime, datetime, Viewer], Any]], Any]) -> Scope:
    return Scope(
        bind(_TIMESTAMP, lambda start, _end, _viewer: start),
        bind(_TIMESTAMP, lambda _start, end, _viewer: end),
        arguments.bind(_TIMESTAMP, ("asOf",), lambda context, as_of: as_of or context.now),
        bind(Numeric(), months),
        arguments.bind(Text(), (), lambda context: context.viewer.time_zone.key),
    )


def buckets(arguments: Arguments, grain: Grain, whole: Scope) -> tuple[FromClause, Scope]:
    """The parts of the period in the arguments, one row each, and the scope of one of them.

    The first and the last are cut where the period is. BAD_USER_INPUT where there are more than 400.
    """

    def spans(context: Context, given: dict[str, Any], as_of: datetime | None) -> Spans:
        return parts(*_span(context, given, as_of), grain, context.viewer)

    return _in_rows(arguments, ("period", "asOf"), spans, whole)


def windows(arguments: Arguments, asked: Sequence[Window], whole: Scope) -> tuple[FromClause, Scope]:
    """Windows before the argument ``asOf``, one row each with its ``place`` from 1 on, and the scope of one of them."""

    def spans(context: Context, as_of: datetime | None) -> Spans:
        return [_span(context, {"window": window}, as_of) for window in asked]

    return _in_rows(arguments, ("asOf",), spans, whole)


def _in_rows(
    arguments: Arguments, names: tuple[str, ...], spans: Callable[..., Spans], whole: Scope
) -> tuple[FromClause, Scope]:
    """Spans that follow from arguments, one row each, and the scope of one of them."""

    def bind(type_: Any, compute: Callable[[datetime, datetime, Viewer], Any]) -> ColumnElement[Any]:
        def values(context: Context, *given: Any) -> list[Any]:
            return [compute(*span, context.viewer) for span in spans(context, *given)]

        return arguments.bind(ARRAY(type_), names, values)

    row = (
        func.unnest(
            bind(_TIMESTAMP, lambda start, _end, _viewer: start),
            bind(_TIMESTAMP, lambda _start, end, _viewer: end),
            bind(Numeric(), months),
        )
        .table_valued(
            column("start", _TIMESTAMP),
            column("end", _TIMESTAMP),
            column("months", Numeric()),
            with_ordinality="place",
            name="span",
        )
        .render_derived()
    )
    return row, Scope(row.c.start, row.c.end, whole.as_of, row.c.months, whole.time_zone, (row,))


@contextmanager
def _within_calendar() -> Iterator[None]:
    """BAD_USER_INPUT where a day would lie outside the calendar's years."""
    try:
        yield
    except (OverflowError, ValueError):
        raise bad_user_input("The period lies beyond the years 1 to 9999.") from None


@_within_calendar()
def parts(start: datetime, end: datetime, grain: Grain, viewer: Viewer) -> list[tuple[datetime, datetime]]:
    """The parts of a span that a grain makes of it, in their order; BAD_USER_INPUT if there are too many.

    A day that a country left out, when it crossed the date line, is no part.
    """
    if start == _ALWAYS:
        raise bad_user_input("A series needs a period with a beginning: ALL_TIME has none.")
    found: list[tuple[datetime, datetime]] = []
    day = _first_day(start.astimezone(viewer.time_zone).date(), grain, viewer)
    while (begin := max(_midnight(day, viewer), start)) < end:
        day = _next(day, grain)
        if begin < (finish := min(_midnight(day, viewer), end)):
            found.append((begin, finish))
        if len(found) > MOST_BUCKETS:
            raise bad_user_input(f"The series would have more than {MOST_BUCKETS} parts: ask for a coarser grain.")
    return found


def _first_day(day: date, grain: Grain, viewer: Viewer) -> date:
    into_year = (day.month - viewer.fiscal_year_start_month) % 12
    match grain:
        case Grain.DAY:
            return day
        case Grain.WEEK:
            return day - timedelta(days=day.weekday())
        case Grain.MONTH:
            return day.replace(day=1)
        case Grain.QUARTER:
            return _months(day.replace(day=1), -(into_year % 3))
        case Grain.YEAR:
            return _months(day.replace(day=1), -into_year)


_LENGTH = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12}


def _next(day: date, grain: Grain) -> date:
    if grain in _LENGTH:
        return _months(day, _LENGTH[grain])
    return day + timedelta(days=7 if grain is Grain.WEEK else 1)


def months(start: datetime, end: datetime, viewer: Viewer) -> Decimal | None:
    """The length of a span in months: whole ones from its first day on, and the part of the next that is left.

    None where the span has no beginning, or that next month is not in the calendar.
    """
    if start == _ALWAYS:
        return None
    try:
        return _months_of(start, end, viewer)
    except (OverflowError, ValueError):
        return None


def _months_of(start: datetime, end: datetime, viewer: Viewer) -> Decimal:
    first = start.astimezone(viewer.time_zone)
    last = end.astimezone(viewer.time_zone)
    whole = max(0, (last.year - first.year) * 12 + last.month - first.month)
    while whole and _later(start, whole, viewer) > end:
        whole -= 1
    reached, following = _later(start, whole, viewer), _later(start, whole + 1, viewer)
    part = Decimal((end - reached) // timedelta(microseconds=1)) / ((following - reached) // timedelta(microseconds=1))
    return whole + max(part, Decimal(0)).quantize(Decimal("1e-12"))


def _later(moment: datetime, months_: int, viewer: Viewer) -> datetime:
    """The same day and time so many months later; the last day of the month where that has no such day."""
    local = moment.astimezone(viewer.time_zone)
    first = _months(local.date().replace(day=1), months_)
    length = (_months(first, 1) - first).days
    return local.replace(year=first.year, month=first.month, day=min(local.day, length)).astimezone(UTC)


def _span(context: Context, given: dict[str, Any], as_of: datetime | None) -> tuple[datetime, datetime]:
    """The bounds of a period, which ends with ``as_of`` at the latest: of one that has not begun nothing is left there."""
    start, end = _bounds(context, given, as_of)
    end = min(end, as_of or context.now)
    return min(start, end), end


def period(arguments: Arguments) -> Period:
    """The period in the arguments ``period`` and ``asOf`` (default: now)."""
    names = ("period", "asOf")
    return Period(
        arguments.bind(_TIMESTAMP, names, lambda context, given, as_of: _bounds(context, given, as_of)[0]),
        arguments.bind(_TIMESTAMP, names, lambda context, given, as_of: _bounds(context, given, as_of)[1]),
        arguments.bind(_TIMESTAMP, ("asOf",), lambda context, as_of: as_of or context.now),
    )


def _bounds(context: Context, given: dict[str, Any], as_of: datetime | None) -> tuple[datetime, datetime]:
    return bounds(given, as_of or context.now, context.viewer)


@_within_calendar()
def bounds(given: dict[str, Any], as_of: datetime, viewer: Viewer) -> tuple[datetime, datetime]:
    """The half-open span of a period: two dates, or a window before ``as_of``, in the viewer's calendar.

    BAD_USER_INPUT unless there are both dates, in their order, or a window.
    """
    start, end, window = given.get("from"), given.get("to"), given.get("window")
    if window is not None and start is None and end is None:
        return _window(window, as_of, viewer)
    if window is not None or start is None or end is None:
        raise bad_user_input("A period has either 'from' and 'to', or a 'window'.")
    if end < start:
        raise bad_user_input(f"A period's 'to' ({end}) is before its 'from' ({start}).")
    return _midnight(start, viewer), _midnight(end, viewer)


def _window(window: Window, as_of: datetime, viewer: Viewer) -> tuple[datetime, datetime]:
    if window is Window.ALL_TIME:
        return _ALWAYS, as_of
    today = as_of.astimezone(viewer.time_zone).date()
    month = today.replace(day=1)
    into_year = (today.month - viewer.fiscal_year_start_month) % 12
    year, quarter = _months(month, -into_year), _months(month, -(into_year % 3))
    match window:
        case Window.THIS_QUARTER:
            return _midnight(quarter, viewer), as_of
        case Window.THIS_YEAR:
            return _midnight(year, viewer), as_of
    days = {Window.LAST_30_DAYS: 30, Window.LAST_90_DAYS: 90}
    spans = {
        Window.LAST_12_MONTHS: (month, 12),
        Window.LAST_24_MONTHS: (month, 24),
        Window.LAST_QUARTER: (quarter, 3),
        Window.LAST_YEAR: (year, 12),
    }
    if window in days:
        start, end = today - timedelta(days=days[window]), today
    else:
        end, months = spans[window]
        start = _months(end, -months)
    return _midnight(start, viewer), _midnight(end, viewer)


def _months(first: date, months: int) -> date:
    """The first of the month so many months later."""
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def _midnight(day: date, viewer: Viewer) -> datetime:
    """When a day begins in the workspace."""
    begins = datetime.combine(day, time(), viewer.time_zone).astimezone(UTC)
    if begins == _BEFORE_ALL:
        raise OverflowError
    return begins


def midnight(day: ColumnElement[Any], time_zone: ColumnElement[str]) -> ColumnElement[Any]:
    """The same of a day in a row."""
    return _shown_at(cast(day, TIMESTAMP()), time_zone)


def _shown_at(shown: ColumnElement[Any], time_zone: ColumnElement[str]) -> ColumnElement[Any]:
    """When clocks first show a time or, where they leave it out, are put forward."""
    # Of two such moments PostgreSQL takes the second; clocks that are set back to midnight are set back by an hour.
    last = func.timezone(time_zone, shown, type_=_TIMESTAMP)
    first = last - literal_column("interval '1 hour'")
    return case((func.timezone(time_zone, first) == shown, first), else_=last)


def months_between(
    start: ColumnElement[Any], end: ColumnElement[Any], time_zone: ColumnElement[str]
) -> ColumnElement[Any]:
    """The same as :func:`months`, of two moments in a row."""
    first, last = (func.timezone(time_zone, moment, type_=TIMESTAMP()) for moment in (start, end))

    def later(months_: ColumnElement[Any]) -> ColumnElement[Any]:
        return _shown_at(first + func.make_interval(literal_column("0"), months_, type_=Interval()), time_zone)

    def field_(name: str) -> ColumnElement[Any]:
        return extract(name, last) - extract(name, first)

    begun = cast(field_("year") * literal_column("12") + field_("month"), Integer)
    whole = func.greatest(literal_column("0"), case((later(begun) > end, begun - literal_column("1")), else_=begun))
    reached, following = later(whole), later(whole + literal_column("1"))
    part = cast(extract("epoch", end - reached), Numeric) / cast(extract("epoch", following - reached), Numeric)
    return whole + func.round(func.greatest(literal_column("0"), part), literal_column("12"), type_=Numeric())
