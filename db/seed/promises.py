"""How fast sales promised to answer, from when on, and what a hand-off was promised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from db.models import Channel, Lead, ServiceLevel
from db.seed.company import Company


class Terms(NamedTuple):
    """A promise: the leads it is for, and between which days ago it was in force; ``until`` None: it still is."""

    name: str
    channel: str | None
    scores: tuple[int | None, int | None]
    minutes: int
    business_hours: bool
    since: int
    until: int | None


# The first weeks of the year nobody had promised anything.
PROMISES: tuple[Terms, ...] = (
    Terms("Within two working days", None, (None, None), 1080, True, 330, 210),
    Terms("Within one working day", None, (None, None), 540, True, 210, None),
    Terms("Hot leads within an hour", None, (75, None), 60, True, 210, None),
    Terms("Paid search within four hours", "paid_search", (None, None), 240, True, 210, None),
    Terms("Hot from paid search, within half an hour", "paid_search", (75, None), 30, True, 120, None),
    Terms("Guests of a fair within three days", "trade_show", (None, None), 4320, False, 210, None),
    Terms("Cool leads of a fair within a week", "trade_show", (None, 49), 10_080, False, 120, None),
)


@dataclass(frozen=True)
class Promise:
    """A service level with the time in which it was in force."""

    level: ServiceLevel
    since: datetime
    until: datetime | None

    def covers(self, lead: Lead, at: datetime) -> bool:
        """Whether it was given for ``lead`` at that time; one without a score is in no band."""
        if at < self.since or (self.until is not None and at >= self.until):
            return False
        if self.level.channel_id not in {None, lead.channel_id}:
            return False
        least, most = self.level.min_score, self.level.max_score
        if lead.score is None:
            return least is None and most is None
        return (least is None or lead.score >= least) and (most is None or lead.score <= most)

    @property
    def width(self) -> tuple[int, int]:
        """The narrower promise is the lesser: one for a channel and a band, for a band, for a channel, for all."""
        band = self.level.min_score is not None or self.level.max_score is not None
        channel = self.level.channel_id is not None
        return -(channel + band), self.level.response_minutes


def add_promises(company: Company) -> list[Promise]:
    """Add the service levels; those that were given up are no longer active."""
    channels = {channel.key: channel.id for channel in company.rows(Channel)}
    promises = []
    for terms in PROMISES:
        since = company.calendar.ago(terms.since)
        until = None if terms.until is None else company.calendar.ago(terms.until)
        level = ServiceLevel(
            name=terms.name,
            channel_id=channels[terms.channel] if terms.channel else None,
            min_score=terms.scores[0],
            max_score=terms.scores[1],
            response_minutes=terms.minutes,
            business_hours=terms.business_hours,
            active=until is None,
        )
        company.add(level, since).updated_at = until or since
        promises.append(Promise(level, since, until))
    return promises


def promised(promises: list[Promise], lead: Lead, at: datetime) -> ServiceLevel | None:
    """The narrowest promise in force for ``lead`` at the time; None where there was none."""
    given = [promise for promise in promises if promise.covers(lead, at)]
    return min(given, key=lambda promise: promise.width).level if given else None


def due(company: Company, level: ServiceLevel, at: datetime) -> datetime:
    """When the first response to what was handed over at ``at`` is due."""
    if level.business_hours:
        return company.calendar.later(at, level.response_minutes)
    return at + timedelta(minutes=level.response_minutes)
