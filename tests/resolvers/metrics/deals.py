"""Random leads and opportunities: whose they are, what they are worth, and the stages that they went through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import (
    Campaign,
    ContentKind,
    ContentStatus,
    ExchangeRate,
    Lead,
    Opportunity,
    OpportunityLine,
    Product,
    StageTransition,
    Team,
)
from tests.factories.account import account, contact
from tests.factories.base import add
from tests.factories.channel import channel
from tests.factories.content import asset
from tests.factories.journey import buying_group_member, journey, stages
from tests.factories.member import member
from tests.factories.persona import persona
from tests.factories.pipeline import opportunity_stage, pipeline
from tests.factories.void import void
from tests.oracle.rows import public_id

START = datetime(2026, 1, 30, 21, tzinfo=UTC)
"""Late on a day of a long month, shortly before the clocks of many places go forward."""
STEP = timedelta(days=9, hours=7)
STAGES = ("discovery", "proposal", "negotiation", "review", "won", "lost", "sql")
CODES = ("USD", "EUR", "CHF")
"""The workspace reports in the first; only the second has rates, from a day in the middle on."""

Key: TypeAlias = str | int | None
"""Of a filter; a number is the place of an entity, whose id is the key."""

places = st.none() | st.integers(0, 1)
LAST = 12
steps = st.integers(0, LAST)
"""Moments, so few that equal ones are usual."""


@dataclass(frozen=True)
class Deal:
    """One journey: whatever it refers to is told by its place among those of the workspace."""

    received: int | None
    opened: int | None
    """Steps after the start; None: nobody knows."""
    has_opportunity: bool
    owner: int | None
    account: int | None
    channel: int | None
    amount: int | None
    code: str
    products: frozenset[int]
    held: str | None
    entries: tuple[tuple[str, int], ...]
    """Stages and steps, in the order of their arrival."""
    void: frozenset[int] = frozenset()
    """The places of those entries that are void."""
    persona: int | None = None
    """Of the lead."""
    buyer: int | None = None
    """The persona of the primary contact in the buying group."""
    came_from: int | None = None
    """The campaign of the lead."""
    campaign: int | None = None
    """Of the opportunity."""
    asset: int | None = None
    """The one that the lead landed on first."""

    def before(self, step: int) -> Deal:
        """The same as if nothing had been recorded from a step on."""
        kept = [place for place, (_stage, entered) in enumerate(self.entries) if entered < step]
        last = max((place for place in kept if place not in self.void), key=self._standing, default=None)
        moved = set(range(len(self.entries))) - self.void
        return replace(
            self,
            # What no entry is left of is held nowhere.
            held=self.entries[last][0] if last is not None else None if moved else self.held,
            entries=tuple(self.entries[place] for place in kept),
            void=frozenset(new for new, place in enumerate(kept) if place in self.void),
        )

    def happened(self) -> Deal:
        """The same as if nothing void had ever been recorded."""
        kept = [entry for place, entry in enumerate(self.entries) if place not in self.void]
        return replace(self, entries=tuple(kept), void=frozenset())

    def _standing(self, place: int) -> tuple[int, int]:
        return self.entries[place][1], place


deals = st.lists(
    st.builds(
        Deal,
        received=st.none() | steps,
        opened=st.none() | steps,
        has_opportunity=st.sampled_from((True, True, True, False)),
        owner=places,
        account=places,
        channel=places,
        amount=st.none() | st.sampled_from((0, 1, 333_335, 100_000_001)),
        code=st.sampled_from(CODES),
        products=st.frozensets(st.integers(0, 1)),
        held=st.none() | st.sampled_from(STAGES),
        entries=st.lists(st.tuples(st.sampled_from(STAGES), steps), max_size=5).map(tuple),
        void=st.frozensets(st.integers(0, 4), max_size=2),
        persona=places,
        buyer=places,
        came_from=places,
        campaign=places,
        asset=places,
    ),
    min_size=1,
    max_size=6,
)


@dataclass
class Company:
    """What deals refer to; of ``buyers`` each has the persona at its place."""

    workspace_id: UUID
    teams: list[UUID]
    members: list[UUID]
    accounts: list[UUID]
    channels: list[UUID]
    products: list[UUID]
    personas: list[UUID]
    buyers: list[UUID]
    campaigns: list[UUID]
    assets: list[UUID]
    stages: dict[str, UUID]
    activities: list[UUID] = field(default_factory=list)

    def keys(self, dimension: str, given: Sequence[Key]) -> list[str | None]:
        """The keys of a filter, with the public ids of what stands at places."""
        table, ids = self._entities.get(dimension, ("", []))
        return [public_id(table, ids[key]) if isinstance(key, int) else key for key in given]

    @property
    def _entities(self) -> Mapping[str, tuple[str, list[UUID]]]:
        """By dimension the entities that its values are, if their keys are ids."""
        return {
            "PERSONA": ("persona", self.personas),
            "BUYING_GROUP_PERSONA": ("persona", self.personas),
            "CAMPAIGN": ("campaign", self.campaigns),
            "TOUCHED_CAMPAIGN": ("campaign", self.campaigns),
            "ACTIVITY": ("activity", self.activities),
            "OWNER": ("member", self.members),
            "TEAM": ("team", self.teams),
            "ACCOUNT": ("account", self.accounts),
            "ASSET": ("content_asset", self.assets),
            "TOUCHED_ASSET": ("content_asset", self.assets),
        }

    async def write(self, connection: AsyncConnection, deals: list[Deal]) -> list[tuple[UUID | None, UUID | None]]:
        """Write the deals, and their entries to stages in the order of their arrival; of each its lead and opportunity."""
        return [await self._write(connection, deal) for deal in deals]

    async def _write(self, connection: AsyncConnection, deal: Deal) -> tuple[UUID | None, UUID | None]:
        own: dict[str, Any] = {"workspace_id": self.workspace_id}
        way = await journey(connection, self.workspace_id)
        common = own | {
            "journey_id": way,
            "owner_id": _chosen(deal.owner, self.members),
            "account_id": _chosen(deal.account, self.accounts),
        }
        lead = opportunity = None
        if deal.received is not None or not deal.has_opportunity:
            received = {
                "received_at": moment(deal.received or 0),
                "channel_id": _chosen(deal.channel, self.channels),
                "persona_id": _chosen(deal.persona, self.personas),
                "campaign_id": _chosen(deal.came_from, self.campaigns),
                "first_asset_id": _chosen(deal.asset, self.assets),
            }
            lead = await add(connection, Lead, common, **received)
        if deal.has_opportunity:
            opportunity = await self._write_opportunity(connection, deal, common)
        subject = {"opportunity_id": opportunity} if opportunity else {"lead_id": lead}
        for place, (stage, step) in enumerate(deal.entries):
            entered = {"to_stage_id": self.stages[stage], "occurred_at": moment(step), "journey_id": way}
            key = await add(connection, StageTransition, own, **subject, **entered)
            if place in deal.void:
                await void(connection, self.workspace_id, StageTransition, key)
        return lead, opportunity

    async def _write_opportunity(self, connection: AsyncConnection, deal: Deal, common: dict[str, Any]) -> UUID:
        values: dict[str, Any] = {
            "name": "Six docks",
            "opened_at": None if deal.opened is None else moment(deal.opened),
            "amount": None if deal.amount is None else Decimal(deal.amount) / 100,
            "currency_code": None if deal.amount is None else deal.code,
            "stage_id": self.stages[deal.held] if deal.held else None,
            "lost_reason": "Price" if "lost" in dict(deal.entries) else None,
            "campaign_id": _chosen(deal.campaign, self.campaigns),
        }
        opportunity = await add(connection, Opportunity, common, **values)
        for place in deal.products:
            line = {"opportunity_id": opportunity, "product_id": self.products[place]}
            await add(connection, OpportunityLine, {"workspace_id": self.workspace_id}, **line)
        if deal.buyer is not None:
            buyer = self.buyers[deal.buyer]
            await buying_group_member(connection, self.workspace_id, opportunity, buyer, is_primary=True)
        return opportunity


def moment(step: int) -> datetime:
    return START + step * STEP


def _chosen(place: int | None, among: list[UUID]) -> UUID | None:
    return among[place] if place is not None else None


async def company(connection: AsyncConnection, workspace_id: UUID) -> Company:
    """Two of each, but one team, a second pipeline, and rates of one currency; assets are drafts."""
    own: dict[str, Any] = {"workspace_id": workspace_id}
    team = await add(connection, Team, own, name="North", department="SALES")
    members = [await member(connection, workspace_id, name=name, team_id=team) for name in ("Ada", "Ben")]
    accounts = [
        await account(connection, workspace_id, name="Alpha", tier="A", country="SE"),
        await account(connection, workspace_id, name="Beta", industry="Retail"),
    ]
    channels = [await channel(connection, workspace_id, key) for key in ("search", "fair")]
    products = [await add(connection, Product, own, key=key, name=key.title()) for key in ("gate", "dock")]
    second = await pipeline(connection, workspace_id, "second")
    for position, key in enumerate(("review", "renewal"), 40):
        await opportunity_stage(connection, workspace_id, second, key, position)
    for day, rate in ((date(2026, 2, 20), "1.0833"), (date(2026, 4, 2), "1.1")):
        values = {"base_code": "EUR", "quote_code": "USD", "valid_from": day, "rate": Decimal(rate)}
        await add(connection, ExchangeRate, own, **values)
    personas = [await persona(connection, workspace_id, name=name) for name in ("Porter", "Buyer")]
    campaign = own | {"kind": "EVENT", "status": "RUNNING"}
    kinds = {"Guide 0": ContentKind.ARTICLE, "Guide 1": ContentKind.VIDEO}
    return Company(
        workspace_id,
        [team],
        members,
        accounts,
        channels,
        products,
        personas,
        [await contact(connection, workspace_id, persona_id=key) for key in personas],
        [await add(connection, Campaign, campaign, name=name) for name in ("Spring", "Fair")],
        [
            await asset(connection, workspace_id, title=title, kind=kind, status=ContentStatus.DRAFT)
            for title, kind in kinds.items()
        ],
        await stages(connection, workspace_id),
    )
