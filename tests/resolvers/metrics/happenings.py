"""Random events of each kind that is rolled up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from db.models import TouchpointKind, UsageAction
from tests.resolvers.metrics.rolled import START, Place, moments


@dataclass(frozen=True)
class Use:
    """Somebody did something with an asset."""

    asset: int
    member: int | None
    action: UsageAction
    at: datetime
    minutes: Decimal | None = None
    voided: int | None = None

    def row(self, place: Place) -> dict[str, Any]:
        return {
            "asset_id": place.assets[self.asset],
            "member_id": _chosen(self.member, place.members),
            "action": self.action,
            "minutes": self.minutes,
            "occurred_at": self.at,
        }


@dataclass(frozen=True)
class Touch:
    """A touchpoint, with what it cost."""

    at: datetime
    channel: int | None = None
    campaign: int | None = None
    cost: tuple[Decimal | None, str | None] = (None, None)
    voided: int | None = None

    def row(self, place: Place) -> dict[str, Any]:
        return {
            "kind": TouchpointKind.CALL,
            "channel_id": _chosen(self.channel, place.channels),
            "campaign_id": _chosen(self.campaign, place.campaigns),
            "cost": self.cost[0],
            "currency_code": self.cost[1],
            "occurred_at": self.at,
        }


@dataclass(frozen=True)
class Entry:
    """The journey of a lead enters a stage."""

    lead: int
    stage: int
    at: datetime
    voided: int | None = None

    def row(self, place: Place) -> dict[str, Any]:
        return {**place.leads[self.lead], "to_stage_id": place.stages[self.stage], "occurred_at": self.at}


def _chosen(place: int | None, among: Any) -> UUID | None:
    return None if place is None else among[place]


places = st.none() | st.integers(0, 1)
voids = st.none() | st.integers(0, 2)

uses = st.builds(
    Use,
    asset=st.integers(0, 2),
    member=places,
    action=st.sampled_from(UsageAction),
    at=moments,
    minutes=st.none() | st.integers(0, 600).map(Decimal),
    voided=voids,
)
touches = st.builds(
    Touch,
    at=moments,
    channel=places,
    campaign=places,
    cost=st.just((None, None))
    | st.tuples(st.decimals(0, 10_000, places=2), st.sampled_from(("USD", "EUR", "EUR", "CHF"))),
    voided=voids,
)
# Two stages and often the same moments, so that journeys enter a stage again and again, and at one moment twice.
entries = st.builds(
    Entry,
    lead=st.integers(0, 1),
    stage=st.integers(0, 1),
    at=moments
    | st.builds(
        lambda day, hours: START + timedelta(days=day, hours=hours),
        # Around the beginnings of October and November, and the day of Azores that has two midnights.
        st.sampled_from([10, 11, 35, 36, 42]),
        st.sampled_from([0, 4, 11, 12]),
    ),
    voided=voids,
)

USES = [
    Use(0, 0, UsageAction.SENT, datetime(2025, 10, 1, 3, tzinfo=UTC)),
    Use(0, 0, UsageAction.CUSTOMIZED, datetime(2025, 10, 9, 12, tzinfo=UTC), Decimal("7.5")),
    Use(1, None, UsageAction.VIEWED, datetime(2025, 11, 1, 3, tzinfo=UTC)),
    Use(1, 1, UsageAction.RECREATED, datetime(2025, 10, 31, 12, tzinfo=UTC), Decimal(90)),
]
TOUCHES = [
    Touch(datetime(2025, 10, 1, 3, tzinfo=UTC), 0, None, (Decimal(40), "USD")),
    Touch(datetime(2025, 10, 9, 12, tzinfo=UTC), 1, 0, (Decimal(7), "EUR")),
    Touch(datetime(2025, 10, 20, 12, tzinfo=UTC), None, None, (Decimal(10), "EUR")),
    Touch(datetime(2025, 11, 1, 3, tzinfo=UTC), 0),
]
ENTRIES = [
    Entry(0, 0, datetime(2025, 9, 21, 12, tzinfo=UTC)),
    Entry(0, 0, datetime(2025, 10, 9, 12, tzinfo=UTC)),
    Entry(0, 0, datetime(2025, 10, 20, 12, tzinfo=UTC)),
    Entry(0, 1, datetime(2025, 10, 20, 12, tzinfo=UTC)),
    Entry(1, 0, datetime(2025, 11, 1, 3, tzinfo=UTC)),
]
"""A few of each, close to the ends of October in New York and within."""
