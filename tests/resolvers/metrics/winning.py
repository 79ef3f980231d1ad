"""Random won deals and the touchpoints that came before: whom they name, how long before, and what they cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import BuyingGroupMember, Opportunity, Touchpoint
from tests.factories.account import contact
from tests.factories.base import add
from tests.factories.touchpoint import touchpoint
from tests.factories.void import void
from tests.resolvers.metrics.deals import CODES, Company, Deal, moment, places

QUARTER, TICK = timedelta(days=90), timedelta(microseconds=1)
EDGES = (-TICK, timedelta(), TICK, QUARTER - TICK, QUARTER, QUARTER + TICK)
USUAL_DAYS = tuple(timedelta(days=days) for days in (1, 1, 8, 30))
WAYS = ("opportunity", "lead", "origin", "contact")


@dataclass(frozen=True)
class Touch:
    """A touchpoint some time before a deal was won; the deal, channel and campaign are told by their places."""

    deal: int
    ways: frozenset[str]
    """Which of the deal's it names: its opportunity, its lead or the one it came from, somebody of its buying group."""
    before: timedelta
    channel: int | None = None
    campaign: int | None = None
    void: bool = False


@dataclass(frozen=True)
class Win:
    """A deal that was won at a step; the amount is in ten-thousandths."""

    step: int
    amount: int | None
    code: str = "USD"
    lost: bool = False

    @property
    def deal(self) -> Deal:
        entries = (("discovery", 0), ("lost" if self.lost else "won", self.step))
        return Deal(0, 0, True, 0, self.step % 2, 0, None, self.code, frozenset(), None, entries)


wins = st.lists(
    st.builds(
        Win,
        step=st.integers(1, 10),
        amount=st.sampled_from((None, 0, 1, 100, 300, 10_000, 10_000_099, 333_333_333, -20_000)),
        code=st.sampled_from(("USD", *CODES)),
        lost=st.sampled_from((False, False, False, True)),
    ),
    min_size=1,
    max_size=4,
)
touches = st.lists(
    st.builds(
        Touch,
        deal=st.integers(0, 3),
        ways=st.frozensets(st.sampled_from(WAYS), min_size=1, max_size=3),
        before=st.sampled_from(USUAL_DAYS) | st.sampled_from(EDGES),
        channel=places,
        campaign=places,
        void=st.sampled_from((False, False, False, True)),
    ),
    min_size=2,
    max_size=8,
)


async def write(
    connection: AsyncConnection, company: Company, campaigns: Sequence[UUID], won: list[Win], touched: list[Touch]
) -> list[UUID]:
    """Write deals and touches; one contact is in all buying groups, and each deal came of the lead of the one before."""
    own = company.workspace_id
    made = await company.write(connection, [one.deal for one in won])
    buyer = await contact(connection, own)
    for place, (_lead, opportunity) in enumerate(made):
        amount = won[place].amount
        values: dict[str, Any] = {"origin_lead_id": made[place - 1][0]}
        if amount is not None:
            values |= {"amount": Decimal(amount) / 10_000, "currency_code": won[place].code}
        await connection.execute(update(Opportunity).where(Opportunity.id == opportunity).values(**values))
        member = {"opportunity_id": opportunity, "contact_id": buyer, "role": "USER"}
        await add(connection, BuyingGroupMember, {"workspace_id": own}, **member)
    ids = []
    for one in touched:
        place = one.deal % len(made)
        named = dict(zip(WAYS, (made[place][1], made[place][0], made[place - 1][0], buyer), strict=True))
        refers: dict[str, UUID | None] = {"opportunity_id": None, "lead_id": None, "contact_id": None}
        for way in sorted(one.ways):
            refers["lead_id" if way == "origin" else f"{way}_id"] = named[way]
        refers |= {"channel_id": None if one.channel is None else company.channels[one.channel]}
        refers |= {"campaign_id": None if one.campaign is None else campaigns[one.campaign]}
        ids.append(await touchpoint(connection, own, occurred_at=moment(won[place].step) - one.before, **refers))
        if one.void:
            await void(connection, own, Touchpoint, ids[-1])
    return ids
