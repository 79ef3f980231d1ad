"""Periods: from what a client asks for to two moments, in the workspace's calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import DateTime
from sqlalchemy.sql.elements import ColumnElement

from db.models import Term
from resolvers.compiler.arguments import Arguments
from resolvers.compiler.errors import bad_user_input
from resolvers.viewer import Context, Viewer

_ALWAYS = datetime(1, 1, 2, tzinfo=UTC)
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


def bounds(given: dict[str, Any], as_of: datetime, viewer: Viewer) -> tuple[datetime, datetime]:
    """The half-open span of a period: two dates, or a window before ``as_of``, in the viewer's calendar.

    BAD_USER_INPUT unless there are both dates, in their order, or a window.
    """
    start, end, window = given.get("from"), given.get("to"), given.get("window")
    try:
        if window is not None and start is None and end is None:
            return _window(window, as_of, viewer)
        if window is not None or start is None or end is None:
            raise bad_user_input("A period has either 'from' and 'to', or a 'window'.")
        if end < start:
            raise bad_user_input(f"A period's 'to' ({end}) is before its 'from' ({start}).")
        return _midnight(start, viewer), _midnight(end, viewer)
    except (OverflowError, ValueError):
        raise bad_user_input("The period lies beyond the years 1 to 9999.") from None


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
    return datetime.combine(day, time(), viewer.time_zone).astimezone(UTC)
