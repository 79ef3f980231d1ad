"""Where journeys stand: random histories of which some events are voided are as if these had never been."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import standing, won_uses
from db.models import ContentAsset, ContentUsage, Entity, Journey, Lead, Opportunity, StageTransition, UsageAction
from resolvers.commands.void import void
from resolvers.ids import encode
from tests.conftest import WorkspaceFactory
from tests.factories.content import asset, usage
from tests.factories.journey import journey, lead, opportunity, stages, transition
from tests.factories.void import void as note_void
from tests.oracle.desk import desk
from tests.oracle.profile import examples
from tests.oracle.server import NOW
from tests.resolvers.metrics.histories import START

STAGES = ("mql", "discovery", "proposal", "won", "lost", "recycled")
JOURNEYS = 2
ASSETS = 2


@dataclass(frozen=True)
class Entry:
    """The lead or the opportunity of a journey enters a stage, so many days after the start."""

    journey: int
    whose: str
    stage: str
    day: int
    void: str
    """Whether it is void: not at all, before the standing is computed first, or by the command."""


@dataclass(frozen=True)
class Use:
    """An asset is used in the opportunity of a journey."""

    journey: int
    asset: int
    action: UsageAction
    void: str


voids = st.sampled_from(("no", "no", "before", "command"))
journeys = st.integers(0, JOURNEYS - 1)
entries = st.builds(
    Entry, journeys, st.sampled_from(("lead", "opportunity")), st.sampled_from(STAGES), st.integers(0, 5), voids
)
uses = st.builds(
    Use, journeys, st.integers(0, ASSETS - 1), st.sampled_from((UsageAction.SENT, UsageAction.RECREATED)), voids
)


class Book:
    """Two journeys with a lead and an opportunity each, two assets, and what happened."""

    def __init__(self, connection: AsyncConnection, workspace_id: UUID) -> None:
        self.own = (connection, workspace_id)
        self.stages: dict[str, UUID] = {}
        self.people: list[dict[str, UUID]] = []
        self.assets: list[UUID] = []

    async def open(self) -> None:
        self.stages = await stages(*self.own)
        self.assets = [await asset(*self.own) for _ in range(ASSETS)]
        for _ in range(JOURNEYS):
            way = await journey(*self.own)
            on_it = {
                "lead": await lead(*self.own, journey_id=way),
                "opportunity": await opportunity(*self.own, journey_id=way),
            }
            self.people.append({"journey": way, **on_it})

    async def write(self, happened: Sequence[Entry | Use]) -> list[tuple[type[Entity], UUID]]:
        """Write the events in their order, and then what follows from them; gives those that are to be voided."""
        left: list[tuple[type[Entity], UUID]] = []
        for event in happened:
            people = self.people[event.journey]
            key: tuple[type[Entity], UUID]
            named: dict[str, Any]
            if isinstance(event, Entry):
                named = {f"{event.whose}_id": people[event.whose], "occurred_at": START + timedelta(days=event.day)}
                entered = await transition(*self.own, people["journey"], self.stages[event.stage], **named)
                key = (StageTransition, entered)
            else:
                named = {"opportunity_id": people["opportunity"], "action": event.action}
                key = (ContentUsage, await usage(*self.own, self.assets[event.asset], **named))
            if event.void == "before":
                await note_void(*self.own, *key)
            if event.void == "command":
                left.append(key)
        await self.settle()
        return left

    async def settle(self) -> None:
        """Compute all anew."""
        every = [
            select(model.id).where(model.workspace_id == self.own[1]) for model in (Journey, Opportunity, ContentAsset)
        ]
        await standing.move(*self.own, every[0], every[1])
        await won_uses.recount(*self.own, every[2])

    async def kept(self) -> dict[str, Any]:
        """What leads, opportunities and assets keep."""
        connection, own = self.own
        named = {key: name for name, key in self.stages.items()}
        found: dict[str, Any] = {}
        for place, people in enumerate(self.people):
            for model, columns in ((Lead, standing.OF_LEADS), (Opportunity, standing.OF_OPPORTUNITIES)):
                key = people[model.__tablename__]
                row = select(*(getattr(model, name) for name in columns)).where(
                    model.workspace_id == own, model.id == key
                )
                stage, *moments = (await connection.execute(row)).one()
                days = [None if moment is None else (moment - START).days for moment in moments]
                found[f"{model.__tablename__} {place}"] = (named.get(stage), *days)
        counts = await connection.execute(
            select(ContentAsset.id, ContentAsset.won_uses).where(ContentAsset.workspace_id == own)
        )
        by_asset = {row.id: row.won_uses for row in counts}
        return found | {f"asset {place}": by_asset[key] for place, key in enumerate(self.assets)}


def expected(happened: Sequence[Entry | Use]) -> dict[str, Any]:
    """The same of the events that are not void, by what the words mean."""
    left = [event for event in happened if event.void == "no"]
    found: dict[str, Any] = {}
    won = set()
    for place in range(JOURNEYS):
        # Sorted by time alone, equal ones stay in the order of their arrival.
        entered = sorted(
            (one for one in left if isinstance(one, Entry) and one.journey == place), key=lambda one: one.day
        )
        own = [one for one in entered if one.whose == "opportunity"]
        deciding = [one for one in own if one.stage in {"discovery", "proposal", "won", "lost"}]
        closed = deciding[-1].day if deciding and deciding[-1].stage in {"won", "lost"} else None
        found[f"lead {place}"] = (entered[-1].stage, entered[-1].day) if entered else (None, None)
        found[f"opportunity {place}"] = (own[-1].stage, own[-1].day, closed) if own else (None, None, None)
        if own and own[-1].stage == "won":
            won.add(place)
    for number in range(ASSETS):
        counted = [
            one
            for one in left
            if isinstance(one, Use) and one.asset == number and one.journey in won and one.action is UsageAction.SENT
        ]
        found[f"asset {number}"] = len(counted)
    return found


@pytest.fixture(scope="module")
async def workspace_id(make_workspace: WorkspaceFactory) -> UUID:
    return (await make_workspace()).id


@given(happened=st.lists(entries | uses, max_size=14), data=st.data())
@examples(50)
async def test_a_history_with_voids_stands_as_the_one_without(
    engine: AsyncEngine, workspace_id: UUID, happened: list[Entry | Use], data: st.DataObject
) -> None:
    async with desk(engine, workspace_id) as asked:
        book = Book(asked.connection, workspace_id)
        await book.open()
        for model, key in data.draw(st.permutations(await book.write(happened))):
            said = await void(*book.own, model, encode(model, key), "A test.", member_id=None, now=NOW)
            assert said.status == "CREATED"
        kept = await book.kept()
        assert kept == expected(happened)
        await book.settle()
        assert await book.kept() == kept
