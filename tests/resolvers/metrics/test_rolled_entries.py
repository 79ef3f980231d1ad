"""Entries to stages, whatever is merged, pending or void, and in whichever order they arrive: as the events say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from db import rollups
from tests.oracle.desk import desk
from tests.oracle.profile import examples
from tests.oracle.server import NOW
from tests.resolvers.metrics.happenings import ENTRIES, Entry, entries
from tests.resolvers.metrics.rolled import (
    NUMBERS,
    OCTOBER,
    ZONES,
    Place,
    answered,
    played,
    questions,
    steps,
    tried,
    voided,
    written,
)

DOCUMENT = (
    """
query ($period: PeriodInput!, $asOf: DateTime!, $grain: Grain) {
  all: metric(key: STAGE_ENTRIES, period: $period, groupBy: [STAGE], grain: $grain, asOf: $asOf) { ...Numbers }
  some: metric(key: STAGE_ENTRIES, period: $period, asOf: $asOf, filter: { dimension: STAGE, keys: ["mql"] }) {
    ...Numbers
  }
}
"""
    + NUMBERS
)


@examples(60)
@given(zone=st.sampled_from(ZONES), history=steps(entries), asked=st.lists(questions(), min_size=2, max_size=3))
async def test_questions_are_answered_as_the_events_say(
    engine: AsyncEngine,
    places: dict[str, Place],
    zone: str,
    history: list[tuple[list[Entry], int]],
    asked: list[dict[str, Any]],
) -> None:
    """Journeys enter a stage again, late news comes of times before others, and void is any link of the chain."""
    await tried(engine, places[zone], rollups.ENTRIES, history, *((DOCUMENT, one) for one in asked))


@pytest.mark.parametrize(
    "before",
    [
        datetime(2025, 10, 25, 12, tzinfo=UTC),
        datetime(2025, 10, 26, 0, tzinfo=UTC),
        datetime(2025, 10, 26, 0, 30, tzinfo=UTC),
        datetime(2025, 10, 28, 11, tzinfo=UTC),
    ],
    ids=["the day before", "the first midnight", "between the midnights", "the same day"],
)
@pytest.mark.parametrize("merged", [0, 100])
async def test_a_period_that_begins_with_the_first_of_two_midnights(
    engine: AsyncEngine, places: dict[str, Place], before: datetime, merged: int
) -> None:
    """Whether the entry before lies in the period, the roll-ups' days do not tell: theirs begins with the second."""
    place, period = places["Atlantic/Azores"], {"from": "2025-10-26", "to": "2025-11-20"}
    again = [Entry(0, 0, before), Entry(0, 0, datetime(2025, 10, 28, 12, tzinfo=UTC))]
    async with desk(engine, place.id) as at:
        await played(at.connection, place, rollups.ENTRIES, [(again, merged)])
        asked = {"period": period, "asOf": NOW.isoformat(), "grain": "WEEK"}
        await answered(at, (DOCUMENT, asked))
        assert (await at.served(DOCUMENT, asked))["all"]["value"]["number"] == "1"


@pytest.mark.parametrize("as_of", [datetime(2025, 10, 28, 13, tzinfo=UTC), NOW], ids=["within the day", "later"])
@pytest.mark.parametrize("merged", [0, 1, 100])
async def test_two_entries_to_one_stage_at_one_moment_count_once(
    engine: AsyncEngine, places: dict[str, Place], as_of: datetime, merged: int
) -> None:
    place, entry = places["America/New_York"], Entry(0, 0, datetime(2025, 10, 28, 12, tzinfo=UTC))
    async with desk(engine, place.id) as at:
        await played(at.connection, place, rollups.ENTRIES, [([entry, entry], merged)])
        asked = {"period": OCTOBER, "asOf": as_of.isoformat(), "grain": "WEEK"}
        await answered(at, (DOCUMENT, asked))
        assert (await at.served(DOCUMENT, asked))["all"]["value"]["number"] == "1"


async def test_a_void_in_the_middle_of_a_chain_makes_the_next_the_first(
    engine: AsyncEngine, places: dict[str, Place]
) -> None:
    """Of October, which an entry of September and one of October itself come before."""
    place = places["UTC"]
    asked = {"period": OCTOBER, "asOf": NOW.isoformat(), "grain": "WEEK"}
    async with desk(engine, place.id) as at:
        await rollups.merge(at.connection, place.id)
        ids = await written(at.connection, place, rollups.ENTRIES, ENTRIES[:3])
        for void in (ids[1], ids[2]):
            await rollups.merge(at.connection, place.id)
            assert (await at.served(DOCUMENT, asked))["all"]["value"]["number"] == "1"
            await voided(at.connection, place, rollups.ENTRIES, [void])
            await answered(at, (DOCUMENT, asked))
        await rollups.merge(at.connection, place.id)
        await answered(at, (DOCUMENT, asked))
        assert (await at.served(DOCUMENT, asked))["all"]["value"]["number"] == "0"
