"""The company's year: working time as a line that business moments are put on."""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta

DAYS = 365
OPENS = 8
HOURS_A_DAY = 9
MINUTES_A_DAY = HOURS_A_DAY * 60


class Calendar:
    """The working days of the year before ``until``, numbered from 0.

    A position on the line is a number of working days: 3.5 is the middle of the fourth working day. Distances on
    the line survive weekends, so that the order of events never depends on the weekday of ``until``.
    """

    def __init__(self, until: date) -> None:
        self.until = until
        self.start = until - timedelta(days=DAYS)
        year = (self.start + timedelta(days=n) for n in range(DAYS))
        self.working_days = [day for day in year if day.weekday() < 5]

    @property
    def end(self) -> float:
        """The position just after the last working day."""
        return float(len(self.working_days))

    def moment(self, position: float) -> datetime:
        """The UTC time at ``position``, which lies in ``[0, end)``."""
        day, part = int(position), position % 1
        opens = datetime.combine(self.working_days[day], time(OPENS), UTC)
        return opens + timedelta(seconds=int(part * HOURS_A_DAY * 3600))

    def position(self, moment: datetime) -> float:
        """The position of ``moment``; a time outside working hours is put at the next opening."""
        opens = datetime.combine(moment.date(), time(OPENS), UTC)
        day = bisect_left(self.working_days, moment.date())
        if day == len(self.working_days) or self.working_days[day] != moment.date():
            return float(day)
        return day + min(max((moment - opens).total_seconds() / (HOURS_A_DAY * 3600), 0.0), 1.0)

    def ago(self, days: int) -> datetime:
        """Nine in the morning, ``days`` days before ``until``: for what happened before the year, too."""
        return self.morning(self.until - timedelta(days=days))

    def morning(self, day: date) -> datetime:
        """Nine in the morning of ``day``."""
        return datetime.combine(day, time(OPENS + 1), UTC)

    def month(self, offset: int) -> date:
        """The first day of the month that is ``offset`` months after that of ``until``."""
        years, month = divmod(self.until.month - 1 + offset, 12)
        return date(self.until.year + years, month + 1, 1)

    @property
    def fiscal_year(self) -> int:
        """The fiscal year of the last day; the company's is the calendar year."""
        return (self.until - timedelta(days=1)).year

    def workday(self, age: int) -> date:
        """The last working day not later than ``age`` days before ``until``; below zero it is still to come."""
        day = self.until - timedelta(days=age)
        return day - timedelta(days=max(day.weekday() - 4, 0))

    def later(self, moment: datetime, minutes: int) -> datetime:
        """The moment after so many minutes of working time, which may lie beyond the year."""
        left = timedelta(minutes=minutes)
        while (rest := self._closes(moment) - moment) < left:
            left -= max(rest, timedelta(0))
            moment = datetime.combine(moment.date() + timedelta(days=1), time(OPENS), UTC)
        return moment + left

    def within(self, moment: datetime, days: float) -> datetime:
        """The working moment so many working days after ``moment``, or the last of the year."""
        position = min(self.position(moment) + days, self.end - 0.001)
        return max(moment, self.moment(position))

    def _closes(self, moment: datetime) -> datetime:
        """The end of work on the day of ``moment``: on a weekend, before it begins."""
        hours = HOURS_A_DAY if moment.weekday() < 5 else -OPENS
        return datetime.combine(moment.date(), time(OPENS), UTC) + timedelta(hours=hours)

    @property
    def midnight(self) -> datetime:
        """The end of the year: the first moment that has not happened yet."""
        return datetime.combine(self.until, time(0), UTC)
