"""Spans of time by their definition: the first instants of days in a time zone, counted one by one."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

EARLIEST = datetime(1, 1, 2, tzinfo=UTC)
"""The beginning of time: by then it is the year 1 in every zone."""
_TICK = timedelta(microseconds=1)


@lru_cache(maxsize=10_000)
def first_instant(day: date, zone: str) -> datetime:
    """The first minute at which clocks in ``zone`` show ``day`` or, where they skip it, a later one."""
    noon = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=15)
    minutes = (noon + timedelta(minutes=minute) for minute in range(30 * 60))
    return next(minute for minute in minutes if minute.astimezone(ZoneInfo(zone)).date() >= day)


def bounds(
    period: Mapping[str, Any], as_of: datetime, zone: str, fiscal_year_start_month: int
) -> tuple[datetime, datetime]:
    """The half-open span of a period: from its first instant to the first one after it."""
    window = period.get("window")
    if window is None:
        return first_instant(period["from"], zone), first_instant(period["to"], zone)
    if window == "ALL_TIME":
        return EARLIEST, as_of
    today = as_of.astimezone(ZoneInfo(zone)).date()
    if window.endswith("DAYS"):
        days = int(window.split("_")[1])
        return first_instant(today - timedelta(days=days), zone), first_instant(today, zone)
    if window.endswith("MONTHS"):
        start = end = today.replace(day=1)
        for _ in range(int(window.split("_")[1])):
            start = month_before(start)
        return first_instant(start, zone), first_instant(end, zone)
    starts = fiscal_months(fiscal_year_start_month, 12 if window.endswith("YEAR") else 3)
    start = latest_month(today.replace(day=1), starts)
    if window.startswith("THIS"):
        return first_instant(start, zone), as_of
    return first_instant(latest_month(month_before(start), starts), zone), first_instant(start, zone)


def months(start: datetime, end: datetime, zone: str) -> Fraction:
    """How many months a span has: whole ones, and the part of one that is left; none where it has no beginning."""
    if start == EARLIEST or end <= start:
        return Fraction(0)
    whole = 0
    while _months_later(start, whole + 1, zone) <= end:
        whole += 1
    reached, following = (_months_later(start, whole + more, zone) for more in (0, 1))
    return whole + Fraction((end - reached) // _TICK, (following - reached) // _TICK)


def _months_later(start: datetime, number: int, zone: str) -> datetime:
    """The same time of the same day so many months later, or of the last day of a month that has no such day."""
    local = start.astimezone(ZoneInfo(zone))
    years, month = divmod(local.month - 1 + number, 12)
    year = local.year + years
    day = min(local.day, monthrange(year, month + 1)[1])
    return local.replace(year=year, month=month + 1, day=day).astimezone(UTC)


def month_before(month: date) -> date:
    """The first day of the month before that of ``month``."""
    return (month.replace(day=1) - timedelta(days=1)).replace(day=1)


def latest_month(month: date, starts: set[int]) -> date:
    """The latest first day of a month in ``starts`` that is not after ``month``."""
    while month.month not in starts:
        month = month_before(month)
    return month


def fiscal_months(first: int, length: int) -> set[int]:
    """The months in which parts of so many months of a fiscal year begin."""
    return {(first - 1 + offset) % 12 + 1 for offset in range(0, 12, length)}
