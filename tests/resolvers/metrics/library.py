"""Random content, what is done with it, and other touches, beside random deals."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import (
    Activity,
    BuyingGroupMember,
    ContentAsset,
    ContentStatus,
    ContentUsage,
    Department,
    EventVoid,
    Opportunity,
    Touchpoint,
)
from tests.factories.account import contact
from tests.factories.base import add
from tests.factories.content import asset, mapping, usage
from tests.factories.journey import buying_stages
from tests.factories.member import member
from tests.factories.persona import persona
from tests.factories.touchpoint import touchpoint
from tests.resolvers.metrics.deals import CODES, Company, Deal, company, deals, moment, places, steps

ACTIONS = ("VIEWED", "SENT", "CUSTOMIZED", "RECREATED")
STAGES = ("awareness", "decision")
ASSETS = 6
"""Enough that a cell can have more than it needs."""

days = st.none() | st.builds(
    lambda step, back: moment(step).date() - timedelta(days=back), steps, st.sampled_from((0, 364, 365))
)


@dataclass(frozen=True)
class Piece:
    """What is random of an asset; personas are told by their places, None stands for any."""

    status: str = "ACTIVE"
    kind: str = "ARTICLE"
    owner: int | None = None
    published: date | None = None
    reviewed: date | None = None
    fits: frozenset[tuple[str, int | None]] = frozenset()


pieces = st.builds(
    Piece,
    status=st.sampled_from(("ACTIVE", "ACTIVE", "ACTIVE", "DRAFT", "ARCHIVED")),
    kind=st.sampled_from(("ARTICLE", "VIDEO")),
    owner=places,
    published=days,
    reviewed=days,
    fits=st.frozensets(st.tuples(st.sampled_from(STAGES), st.none() | st.integers(0, 2)), max_size=3),
)


@dataclass(frozen=True)
class Event:
    """A use where there is an action, else a touchpoint; all else is told by its place."""

    step: int
    action: str | None = None
    asset: int | None = 0
    member: int | None = None
    contact: int | None = None
    deal: int | None = None
    of_lead: bool = False
    """Whether it is the deal's lead that it names, instead of its opportunity."""
    campaign: int | None = None
    activity: int | None = None
    channel: int | None = None
    account: int | None = None
    minutes: int | None = None
    cost: tuple[int, str] | None = None
    """Of a touchpoint: how much, and in which currency."""
    void: bool = False


events = st.lists(
    st.builds(
        Event,
        step=steps,
        action=st.none() | st.sampled_from(ACTIONS),
        asset=st.none() | st.integers(0, ASSETS - 1),
        member=st.none() | st.integers(0, 3),
        contact=places,
        deal=st.none() | st.integers(0, 2),
        of_lead=st.booleans(),
        campaign=places,
        activity=places,
        channel=places,
        account=places,
        minutes=st.none() | st.sampled_from((0, 7, 50, 90)),
        cost=st.none() | st.tuples(st.sampled_from((0, 12, 340)), st.sampled_from(CODES)),
        void=st.sampled_from((False, False, False, True)),
    ),
    max_size=10,
)


@dataclass(frozen=True)
class Shelf:
    """Everything that is random: assets, deals with the contacts in their buying groups, and events.

    ``origins`` are pairs of deals: the first one's opportunity came of the second one's lead.
    """

    pieces: list[Piece] = field(default_factory=list)
    deals: list[Deal] = field(default_factory=list)
    groups: list[frozenset[int]] = field(default_factory=list)
    origins: frozenset[tuple[int, int]] = frozenset()
    events: list[Event] = field(default_factory=list)

    def before(self, step: int) -> Shelf:
        """The same as if nothing had happened from a step on."""
        return replace(
            self,
            deals=[deal.before(step) for deal in self.deals],
            events=[event for event in self.events if event.step < step],
        )

    def happened(self) -> Shelf:
        """The same as if nothing void had ever been recorded."""
        return replace(
            self,
            deals=[deal.happened() for deal in self.deals],
            events=[event for event in self.events if not event.void],
        )


shelves = st.builds(
    Shelf,
    pieces=st.lists(pieces, max_size=ASSETS),
    deals=deals.map(lambda found: found[:3]),
    groups=st.lists(st.frozensets(st.integers(0, 1)), max_size=3),
    origins=st.frozensets(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=2),
    events=events,
)


def _turn(place: int) -> int | None:
    return (0, 1, None)[place % 3]


ENDS = ("won", "lost", "proposal", "won", "review")
BUSY = Shelf(
    pieces=[
        Piece(kind=kind, owner=owner, published=moment(1).date(), reviewed=reviewed)
        for kind, owner, reviewed in (
            ("ARTICLE", 0, moment(2).date()),
            ("VIDEO", 1, moment(3).date()),
            ("ARTICLE", None, moment(3).date()),
            ("VIDEO", 0, None),
        )
    ],
    deals=[
        Deal(
            received=1,
            opened=2,
            has_opportunity=True,
            owner=_turn(place),
            account=_turn(place // 2),
            channel=_turn(place // 3),
            amount=1_000 * place,
            code=CODES[place % 3],
            products=frozenset({0, 1} - {place % 3}),
            # Of some all entries are void: these are where they are held.
            held="review" if place % 7 == 0 else None,
            entries=(("sql", 2), ("discovery", 3), (ENDS[place % 5], 4 + place % 4), ("lost", 5)),
            void=frozenset(range(4)) if place % 7 == 0 else frozenset({place % 9, 3}),
            persona=_turn(place),
            buyer=_turn(place // 3),
            came_from=_turn(place),
            campaign=_turn(place // 3),
            asset=_turn(place),
        )
        for place in range(30)
    ],
    groups=[frozenset({place % 2}) for place in range(30)],
    events=[
        Event(
            1 + place % 7,
            (None, "SENT", None, "CUSTOMIZED", "RECREATED")[place % 5],
            asset=_turn(place),
            member=_turn(place // 4),
            deal=place // 2,
            campaign=_turn(place // 2),
            activity=_turn(place),
            channel=_turn(place // 3),
            account=_turn(place // 2),
            minutes=50,
            cost=(place, CODES[place % 3]),
            void=place % 11 == 0,
        )
        for place in range(60)
    ],
)
"""Much of everything, and something without it."""


@dataclass
class Library:
    """What shelves refer to, beside the company's own: its assets are drafts until a piece says otherwise."""

    company: Company
    contacts: list[UUID]
    stages: dict[str, UUID]

    async def write(self, connection: AsyncConnection, shelf: Shelf) -> list[tuple[UUID | None, UUID | None]]:
        """Write it all, events in the order given; of each deal its lead and opportunity."""
        for place, piece in enumerate(shelf.pieces):
            await self._write_piece(connection, self.company.assets[place], piece)
        written = await self.company.write(connection, shelf.deals)
        for group, (_lead, opportunity) in zip(shelf.groups, written, strict=False):
            for place in group if opportunity is not None else ():
                joins = {"opportunity_id": opportunity, "contact_id": self.contacts[place], "role": "USER"}
                await add(connection, BuyingGroupMember, self._own, **joins)
        for place, origin in shelf.origins:
            if max(place, origin) < len(written):
                came = update(Opportunity).where(Opportunity.id == written[place][1])
                await connection.execute(came.values(origin_lead_id=written[origin][0]))
        for event in shelf.events:
            await self._write_event(connection, event, written)
        return written

    @property
    def _own(self) -> dict[str, Any]:
        return {"workspace_id": self.company.workspace_id}

    async def _write_piece(self, connection: AsyncConnection, key: UUID, piece: Piece) -> None:
        values = {
            "status": piece.status,
            "kind": piece.kind,
            "owner_id": _chosen(piece.owner, self.company.members),
            "published_on": piece.published,
            "reviewed_on": piece.reviewed,
        }
        await connection.execute(update(ContentAsset).where(ContentAsset.id == key).values(values))
        for stage, place in piece.fits:
            whom = _chosen(place, self.company.personas)
            await mapping(connection, self.company.workspace_id, key, self.stages[stage], persona_id=whom)

    async def _write_event(
        self, connection: AsyncConnection, event: Event, written: list[tuple[UUID | None, UUID | None]]
    ) -> None:
        lead, opportunity = (
            written[event.deal] if event.deal is not None and event.deal < len(written) else (None, None)
        )
        values: dict[str, Any] = {
            "occurred_at": moment(event.step),
            "member_id": _chosen(event.member, self.company.members),
            "contact_id": _chosen(event.contact, self.contacts) if event.member is None else None,
            "lead_id": lead if event.of_lead else None,
            "opportunity_id": None if event.of_lead else opportunity,
            "channel_id": _chosen(event.channel, self.company.channels),
            "account_id": _chosen(event.account, self.company.accounts),
        }
        workspace_id, asset_id = self.company.workspace_id, _chosen(event.asset, self.company.assets)
        if event.action is None:
            cost, code = event.cost or (None, None)
            values |= {"asset_id": asset_id, "campaign_id": _chosen(event.campaign, self.company.campaigns)}
            values["activity_id"] = _chosen(event.activity, self.company.activities)
            key = await touchpoint(connection, workspace_id, cost=_decimal(cost), currency_code=code, **values)
        else:
            done = {"action": event.action, "minutes": _decimal(event.minutes)}
            key = await usage(connection, workspace_id, asset_id or self.company.assets[0], **done, **values)
        if event.void:
            model = Touchpoint if event.action is None else ContentUsage
            void = {"event_table": model.__tablename__, "event_id": key, "voided_at": moment(12)}
            await add(connection, EventVoid, self._own, reason="A test.", **void)


def _chosen(place: int | None, among: list[UUID]) -> UUID | None:
    return among[place] if place is not None else None


def _decimal(number: int | None) -> Decimal | None:
    return None if number is None else Decimal(number)


async def library(connection: AsyncConnection, workspace_id: UUID) -> Library:
    """Beside a company: someone of marketing and a seller who left, contacts, activities, more assets and personas."""
    made = await company(connection, workspace_id)
    others = (
        {"name": "Cyd", "department": Department.MARKETING},
        {"name": "Dan", "active": False},
    )
    made.members += [await member(connection, workspace_id, **values) for values in others]
    made.personas.append(await persona(connection, workspace_id, name="Ghost", active=False))
    for number in range(len(made.assets), ASSETS):
        usual = {"title": f"Guide {number}", "status": ContentStatus.DRAFT}
        made.assets.append(await asset(connection, workspace_id, **usual))
    within = {"workspace_id": workspace_id, "kind": "EVENT", "status": "RUNNING", "campaign_id": made.campaigns[0]}
    made.activities += [await add(connection, Activity, within, name=name) for name in ("Stand", "Dinner")]
    return Library(
        made,
        [
            await contact(connection, workspace_id, name=name, persona_id=key)
            for name, key in (("Eve", made.personas[0]), ("Fay", None))
        ],
        await buying_stages(connection, workspace_id),
    )
