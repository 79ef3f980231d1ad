"""Days of a time zone, as PostgreSQL knows it: where each begins, and to which of them a moment belongs.

Clocks that are set back at midnight show a day's first hour twice, or the last hour of the day before once more. So a
moment does not belong to the date that the clock shows, but to the day between whose two beginnings it lies: days
follow each other without gap or overlap, and whoever wants a part of one reads the events between two moments.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import TIMESTAMP, Date, DateTime, case, cast, func, literal_column
from sqlalchemy.sql.elements import ColumnElement

_ONE: Any = literal_column("1")
_MONTH: Any = literal_column("'month'")
_A_MONTH: Any = literal_column("interval '1 month'")


def begins(day: ColumnElement[Any], zone: ColumnElement[str]) -> ColumnElement[Any]:
    """The moment at which a day begins."""
    return func.timezone(zone, cast(day, TIMESTAMP()), type_=DateTime(timezone=True))


def day_of(moment: ColumnElement[Any], zone: ColumnElement[str]) -> ColumnElement[Any]:
    """The day that has begun and not ended at a moment."""
    shown = cast(func.timezone(zone, moment), Date())
    too_late, too_early = moment < begins(shown, zone), moment >= begins(next_day(shown), zone)
    return case((too_late, cast(shown - _ONE, Date())), (too_early, next_day(shown)), else_=shown)


def next_day(day: ColumnElement[Any]) -> ColumnElement[Any]:
    return cast(day + _ONE, Date())


def month_of(day: ColumnElement[Any]) -> ColumnElement[Any]:
    """The first day of a day's month."""
    return cast(func.date_trunc(_MONTH, cast(day, TIMESTAMP())), Date())


def next_month(day: ColumnElement[Any]) -> ColumnElement[Any]:
    """The first day of the month after a day's."""
    return cast(cast(month_of(day), TIMESTAMP()) + _A_MONTH, Date())


def first_whole_month(day: ColumnElement[Any]) -> ColumnElement[Any]:
    """The first day of the first month that does not begin before a day."""
    return case((month_of(day) < day, next_month(day)), else_=day)
