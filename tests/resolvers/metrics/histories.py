"""Random journeys: their people, and their events in the order in which they arrive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import strategies as st
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import BuyingGroupMember, BuyingRole, Contact, Journey, Lead, Opportunity, StageTransition
from tests.factories.base import add
from tests.factories.journey import stages
from tests.factories.void import void

STAGES = (
    "inquiry",
    "mql",
    "sal",
    "sql",
    "discovery",
    "proposal",
    "negotiation",
    "won",
    "lost",
    "disqualified",
    "recycled",
    "review",
    "renewal",
)
"""The stages of a new workspace, then those of the pipeline ``SECOND``."""
SECOND = STAGES[-2:]
START = datetime(2026, 1, 10, tzinfo=UTC)


@dataclass(frozen=True)
class Event:
    """The journey ``journey`` enters ``stage``, so many hours after the start."""

    journey: int
    stage: str
    hours: int
    void: bool = False


@dataclass(frozen=True)
class People:
    """Whose journey it is: channels and personas are told by their places among those of the workspace."""

    has_lead: bool
    has_opportunity: bool
    channel: int | None = None
    persona: int | None = None
    contact_persona: int | None = None
    is_primary: bool = True


@dataclass(frozen=True)
class Histories:
    """All journeys of a workspace; ``events`` are in the order of their arrival."""

    journeys: tuple[People, ...]
    events: tuple[Event, ...]

    def arriving(self, events: list[Event]) -> Histories:
        """The same with its events arriving in another order."""
        return Histories(self.journeys, tuple(events))

    def before(self, hours: int) -> Histories:
        """The same as if nothing had been recorded from some hours after the start on."""
        return Histories(self.journeys, tuple(event for event in self.events if event.hours < hours))

    def happened(self) -> Histories:
        """The same as if nothing void had ever been recorded."""
        return Histories(self.journeys, tuple(event for event in self.events if not event.void))


places = st.none() | st.integers(0, 1)
voids = st.sampled_from((False, False, False, True))
people = st.builds(
    People,
    has_lead=st.booleans(),
    has_opportunity=st.just(True),
    channel=places,
    persona=places,
    contact_persona=places,
    is_primary=st.booleans(),
) | st.builds(People, has_lead=st.just(True), has_opportunity=st.just(False), channel=places, persona=places)


@st.composite
def histories(draw: st.DrawFn, *, ties: bool = True) -> Histories:
    """Up to five journeys that go forwards, backwards and out; without ``ties`` a journey's events have times of their own."""
    journeys = draw(st.lists(people, min_size=1, max_size=5))
    # Few stages and few moments, so that re-entries and equal times are usual.
    entered = st.sampled_from(draw(st.lists(st.sampled_from(STAGES), min_size=2, max_size=6, unique=True)))
    moments = st.integers(0, 12).map(lambda step: step * 12)
    events = []
    for index in range(len(journeys)):
        unique = None if ties else lambda drawn: drawn[1]
        steps = draw(st.lists(st.tuples(entered, moments, voids), max_size=8, unique_by=unique))
        events += [Event(index, *step) for step in steps]
    return Histories(tuple(journeys), tuple(draw(st.permutations(events))))


async def write(
    connection: AsyncConnection, workspace_id: UUID, written: Histories, channels: list[UUID], personas: list[UUID]
) -> None:
    """Write the journeys with their leads and opportunities, and the events in their order."""
    stage_ids = await stages(connection, workspace_id)
    subjects = [await _write_people(connection, workspace_id, one, channels, personas) for one in written.journeys]
    for event in written.events:
        entered = {"to_stage_id": stage_ids[event.stage], "occurred_at": START + timedelta(hours=event.hours)}
        key = await add(
            connection, StageTransition, {"workspace_id": workspace_id}, **subjects[event.journey], **entered
        )
        if event.void:
            await void(connection, workspace_id, StageTransition, key)


async def _write_people(
    connection: AsyncConnection, workspace_id: UUID, one: People, channels: list[UUID], personas: list[UUID]
) -> dict[str, UUID | None]:
    """Write one journey; gives what its transitions refer to."""
    own = {"workspace_id": workspace_id}
    journey, lead, opportunity, contact = uuid4(), uuid4(), uuid4(), uuid4()

    def chosen(place: int | None, among: list[UUID]) -> UUID | None:
        return among[place] if place is not None else None

    await connection.execute(insert(Journey).values(id=journey, **own))
    if one.has_lead:
        channel, persona = chosen(one.channel, channels), chosen(one.persona, personas)
        values = {"id": lead, "journey_id": journey, "received_at": START, "channel_id": channel, "persona_id": persona}
        await connection.execute(insert(Lead).values(**values, **own))
    if one.has_opportunity:
        values = {"id": opportunity, "journey_id": journey, "opened_at": START, "name": "Six docks"}
        await connection.execute(insert(Opportunity).values(**values, **own))
        met = chosen(one.contact_persona, personas)
        await connection.execute(insert(Contact).values(id=contact, name="Ada Lind", persona_id=met, **own))
        member = {"opportunity_id": opportunity, "contact_id": contact, "is_primary": one.is_primary}
        await connection.execute(insert(BuyingGroupMember).values(role=BuyingRole.USER, **member, **own))
    return {
        "journey_id": journey,
        "lead_id": lead if one.has_lead else None,
        "opportunity_id": None if one.has_lead else opportunity,
    }
