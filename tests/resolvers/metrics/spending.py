"""Random costs: campaigns that begin on some day, and touchpoints, some of them of a campaign, some void."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import Campaign, CampaignKind, CampaignStatus, EventTable, EventVoid, Lead, Opportunity
from tests.factories.base import add
from tests.factories.touchpoint import touchpoint
from tests.resolvers.metrics.deals import CODES, Company, moment, places, steps


@dataclass(frozen=True)
class Cost:
    """An amount in cents; campaigns and channels are told by their places."""

    amount: int | None
    code: str
    channel: int | None

    @property
    def money(self) -> tuple[Decimal | None, str | None]:
        return (None, None) if self.amount is None else (Decimal(self.amount) / 100, self.code)


costs = st.builds(Cost, st.none() | st.sampled_from((0, 1, 333_335, 100_000_001)), st.sampled_from(CODES), places)


@dataclass(frozen=True)
class Spending:
    """Two campaigns with the steps at which they begin, and touchpoints: when, of which campaign, whether void."""

    campaigns: tuple[tuple[Cost, int | None], tuple[Cost, int | None]]
    touchpoints: tuple[tuple[Cost, int, int | None, bool], ...]

    async def write(self, connection: AsyncConnection, company: Company) -> list[UUID]:
        """Write the costs, and return the campaigns; leads and opportunities of the first channel and account came of them."""
        ids = [await _campaign(connection, company, *one) for one in self.campaigns]
        for cost, step, campaign, void in self.touchpoints:
            amount, code = cost.money
            values: dict[str, Any] = {"cost": amount, "currency_code": code, "channel_id": _channel(company, cost)}
            values |= {"occurred_at": moment(step), "campaign_id": None if campaign is None else ids[campaign]}
            made = await touchpoint(connection, company.workspace_id, **values)
            if void:
                await _void(connection, company.workspace_id, made)
        first = Lead.channel_id == company.channels[0]
        await connection.execute(update(Lead).where(first).values(campaign_id=ids[0]))
        of_account = Opportunity.account_id == company.accounts[0]
        await connection.execute(update(Opportunity).where(of_account).values(campaign_id=ids[1]))
        return ids


spending = st.builds(
    Spending,
    campaigns=st.tuples(*(st.tuples(costs, st.none() | steps) for _ in range(2))),
    touchpoints=st.lists(st.tuples(costs, steps, places, st.sampled_from((False, False, True))), max_size=4).map(tuple),
)


def day(step: int) -> date:
    return moment(step).date()


def _channel(company: Company, cost: Cost) -> UUID | None:
    return None if cost.channel is None else company.channels[cost.channel]


async def _campaign(connection: AsyncConnection, company: Company, cost: Cost, begins: int | None) -> UUID:
    amount, code = cost.money
    values: dict[str, Any] = {"starts_on": None if begins is None else day(begins), "actual_cost": amount}
    return await add(
        connection,
        Campaign,
        {"workspace_id": company.workspace_id, "kind": CampaignKind.EVENT, "status": CampaignStatus.RUNNING},
        name=f"Fair {begins}",
        currency_code=code,
        channel_id=_channel(company, cost),
        **values,
    )


async def _void(connection: AsyncConnection, workspace_id: UUID, event: UUID) -> None:
    said = {"reason": "Entered twice.", "voided_at": moment(0)}
    row = {"workspace_id": workspace_id, "event_table": EventTable.touchpoint, "event_id": event}
    await connection.execute(insert(EventVoid).values(**row, **said))
