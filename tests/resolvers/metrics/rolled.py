"""Events written, void and merged step by step, and questions about them that the oracle answers from all rows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar
from uuid import UUID, uuid4

from hypothesis import strategies as st
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import rollups
from db.rollups.kind import Kind
from tests.factories.void import void
from tests.oracle.desk import Desk, desk
from tests.oracle.server import NOW

ZONES = ("UTC", "America/New_York", "Atlantic/Azores", "Pacific/Auckland")
# Azores and New York set their clocks back in this time, Auckland forward.
START = datetime(2025, 9, 20, tzinfo=UTC)
HOURS = 75 * 24
NUMBERS = """
fragment Numbers on MetricResult {
  value { number } excluded { currencyCode count }
  groups { dimensions { key } value { number } } series { from to value { number } }
}"""
OCTOBER = {"from": "2025-10-01", "to": "2025-11-01"}


@dataclass(frozen=True)
class Place:
    """A workspace in which events can be tried, in transactions that are rolled back; and what they refer to.

    Of two campaigns one began in October. A unit of EUR was worth nothing known, then one, then another number of USD,
    which reports are in; one of CHF never anything known.
    """

    id: UUID
    time_zone: str
    assets: Sequence[UUID]
    members: Sequence[UUID]
    channels: Sequence[UUID]
    campaigns: Sequence[UUID]
    leads: Sequence[Mapping[str, UUID]]
    stages: Sequence[UUID]


class Event(Protocol):
    """What is random of an event; all that it refers to is told by its place."""

    @property
    def voided(self) -> int | None:
        """The step after which it is void."""

    def row(self, place: Place) -> dict[str, Any]:
        """The columns of its table, but the workspace and the id."""


AnEvent = TypeVar("AnEvent", bound=Event)
Steps = Sequence[tuple[Sequence[Event], int]]
"""Events that come together, and how many deltas are merged after them."""
Write = Callable[[AsyncConnection, UUID, Kind, Sequence[Mapping[str, Any]]], Awaitable[None]]
Question = tuple[str, Mapping[str, Any]]
"""A document with its variables."""

moments = st.one_of(
    st.integers(0, HOURS).map(lambda hours: START + timedelta(hours=hours)),
    # Close to the midnights of the zones, where days begin and clocks are set back.
    st.builds(
        lambda days, hours, seconds: START + timedelta(days=days, hours=hours, seconds=seconds),
        st.integers(0, 70),
        st.sampled_from([-1, 0, 1, 4, 5, 11, 12, 13]),
        st.sampled_from([-1, 0, 1, 1800]),
    ),
)


def _days(first: int, last: int) -> st.SearchStrategy[str]:
    return st.integers(first, last).map(lambda days: (START.date() + timedelta(days=days)).isoformat())


# Azores' 26 October has two midnights.
firsts = st.sampled_from(["2025-10-01", "2025-10-26"]) | _days(-2, 40)
lasts = st.sampled_from(["2025-10-26", "2025-11-01"]) | _days(35, 77)
periods: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.tuples(firsts, lasts).map(lambda pair: dict(zip(("from", "to"), sorted(pair), strict=True))),
    st.sampled_from([OCTOBER, {"window": "ALL_TIME"}, {"window": "THIS_QUARTER"}]),
)
times = st.just(NOW) | moments


def steps(events: st.SearchStrategy[AnEvent]) -> st.SearchStrategy[list[tuple[list[AnEvent], int]]]:
    """Three steps, with some events each."""
    step = st.tuples(st.lists(events, min_size=1, max_size=8), st.sampled_from([0, 1, 3, 100]))
    return st.lists(step, min_size=3, max_size=3)


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """A period, as of some moment, in parts or not: the variables of a document."""
    period = draw(periods)
    whole = period == {"window": "ALL_TIME"}
    grain = None if whole else draw(st.sampled_from(("WEEK", "MONTH", None)))
    return {"period": period, "asOf": draw(times).isoformat(), "grain": grain}


async def imported(
    connection: AsyncConnection, workspace_id: UUID, kind: Kind, events: Sequence[Mapping[str, Any]]
) -> None:
    """Write events as an import does."""
    await connection.execute(insert(kind.event), [{"workspace_id": workspace_id, **event} for event in events])
    await rollups.add(connection, workspace_id, kind, [event["id"] for event in events])


async def written(
    connection: AsyncConnection, place: Place, kind: Kind, events: Sequence[Event], write: Write = imported
) -> list[UUID]:
    """Write events; gives their ids."""
    rows = [{"id": uuid4(), **event.row(place)} for event in events]
    if rows:
        await write(connection, place.id, kind, rows)
    return [row["id"] for row in rows]


async def voided(connection: AsyncConnection, place: Place, kind: Kind, ids: Sequence[UUID]) -> None:
    """Void events, and take them out of the roll-ups."""
    for key in ids:
        await void(connection, place.id, kind.event, key)
    await rollups.remove(connection, place.id, kind, ids)


async def played(connection: AsyncConnection, place: Place, kind: Kind, steps: Steps, write: Write = imported) -> None:
    """Make the roll-ups, and go through the steps."""
    await rollups.merge(connection, place.id)
    known = list[tuple[Event, UUID]]()
    for step, (coming, merged) in enumerate(steps):
        known += zip(coming, await written(connection, place, kind, coming, write), strict=True)
        await voided(connection, place, kind, [key for event, key in known if event.voided == step])
        if merged:
            await rollups.merge(connection, place.id, most=merged)


async def answered(at: Desk, *questions: Question) -> None:
    """The server's answers are the oracle's, and the roll-ups say what the events say."""
    world = await at.world()
    for document, variables in questions:
        await at.ask(document, variables, world)
    assert (await rollups.check(at.connection, at.workspace_id)).differences == []


async def tried(
    engine: AsyncEngine, place: Place, kind: Kind, steps: Steps, *questions: Question, write: Write = imported
) -> None:
    """Go through the steps, then ask."""
    async with desk(engine, place.id) as at:
        await played(at.connection, place, kind, steps, write)
        await answered(at, *questions)
