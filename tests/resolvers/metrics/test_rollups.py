"""Whatever is merged, pending or void, questions answered by roll-ups are answered as the events say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import rollups
from db.models import EntriesByStage, RollupState, Tenant, TouchpointsByChannel, UsageByMember
from db.rollups.kind import Kind, table_of
from tests.oracle.desk import desk
from tests.oracle.profile import examples
from tests.oracle.rows import World
from tests.oracle.server import NOW
from tests.resolvers.metrics.happenings import ENTRIES, TOUCHES, USES, Use, uses
from tests.resolvers.metrics.reading import METRIC
from tests.resolvers.metrics.rolled import (
    OCTOBER,
    ZONES,
    Event,
    Place,
    Question,
    answered,
    imported,
    periods,
    steps,
    times,
    tried,
    written,
)

USAGE = """
query ($period: PeriodInput!, $asOf: DateTime) {
  contentUsage(period: $period, asOf: $asOf) { nodes { asset { id } uses users } byAction { action uses users } }
  contentAssets(first: 10, orderBy: { field: CREATED_AT }) {
    nodes { id usage(period: $period, asOf: $asOf) { uses users recreated minutes byAction { action uses users } } }
  }
}"""


def asked(key: str, *dimensions: str) -> Question:
    """A metric over October."""
    return METRIC, {"key": key, "period": OCTOBER, "groupBy": list(dimensions), "asOf": NOW.isoformat()}


SAMPLES: list[tuple[Kind, Sequence[Event], Sequence[Question]]] = [
    (rollups.USAGE, USES, [(USAGE, {"period": OCTOBER, "asOf": None})]),
    (
        rollups.TOUCHPOINTS,
        TOUCHES,
        [asked("TOUCHPOINTS", "CHANNEL"), asked("TOUCHPOINT_COST", "CAMPAIGN"), asked("SPEND")],
    ),
    (rollups.ENTRIES, ENTRIES, [asked("STAGE_ENTRIES", "STAGE")]),
]
each_kind = pytest.mark.parametrize(
    ("kind", "events", "questions"), SAMPLES, ids=[kind.event.__tablename__ for kind, *_ in SAMPLES]
)


@examples(60)
@given(
    zone=st.sampled_from(ZONES),
    history=steps(uses),
    write=st.sampled_from((rollups.write, imported)),
    spans=st.lists(st.tuples(periods, times), min_size=1, max_size=3),
)
async def test_questions_are_answered_as_the_events_say(
    engine: AsyncEngine,
    places: dict[str, Place],
    zone: str,
    history: list[tuple[list[Use], int]],
    write: Any,
    spans: list[tuple[dict[str, Any], datetime]],
) -> None:
    questions = [(USAGE, {"period": period, "asOf": as_of.isoformat()}) for period, as_of in spans]
    await tried(engine, places[zone], rollups.USAGE, history, *questions, write=write)


@pytest.mark.parametrize(
    ("kind", "events", "key", "model", "span", "more", "numbers"),
    [
        (rollups.USAGE, USES, "CONTENT_USES", UsageByMember, "MONTH", "sent", ("2", "17")),
        (rollups.TOUCHPOINTS, TOUCHES, "TOUCHPOINTS", TouchpointsByChannel, "MONTH", "touchpoints", ("3", "18")),
        (rollups.TOUCHPOINTS, TOUCHES, "TOUCHPOINT_COST", TouchpointsByChannel, "DAY", "cost", ("10.833", "16.2495")),
        (rollups.TOUCHPOINTS, TOUCHES, "SPEND", TouchpointsByChannel, "DAY", "cost", ("985.803", "991.2195")),
        (rollups.ENTRIES, ENTRIES, "STAGE_ENTRIES", EntriesByStage, "MONTH", "entries", ("3", "18")),
    ],
    ids=["uses", "touchpoints", "costs", "spend", "entries"],
)
async def test_a_read_takes_the_months_and_days_from_the_rollups(
    engine: AsyncEngine,
    places: dict[str, Place],
    kind: Kind,
    events: Sequence[Event],
    key: str,
    model: type[Tenant],
    span: str,
    more: str,
    numbers: tuple[str, str],
) -> None:
    """Otherwise this would be no test of them: what somebody adds to a row is seen, and told by the check."""
    place = places["America/New_York"]
    rows, question = table_of(model), asked(key)
    async with desk(engine, place.id) as at:
        await rollups.rebuild(at.connection, place.id)
        await written(at.connection, place, kind, events)
        await rollups.merge(at.connection, place.id)
        await answered(at, question)
        before = (await at.served(*question))["metric"]["value"]["number"]
        added = update(model).where(rows.c.span == span).values({more: rows.c[more] + 5})
        changed = (await at.connection.execute(added)).rowcount
        after = (await at.served(*question))["metric"]["value"]["number"]
        assert (before, after) == numbers
        found = (await rollups.check(at.connection, place.id)).differences
        assert [(one.table, one.span, dict(one.excess)) for one in found] == [
            (rows.name, span, {more: Decimal(5)})
        ] * changed


@each_kind
async def test_a_workspace_in_another_zone_reads_events_until_its_rollups_are_made_anew(
    engine: AsyncEngine, places: dict[str, Place], kind: Kind, events: Sequence[Event], questions: Sequence[Question]
) -> None:
    place = places["America/New_York"]
    async with desk(engine, place.id) as at:
        await written(at.connection, place, kind, events)
        await rollups.rebuild(at.connection, place.id)
        await answered(at, *questions)
        world = await at.world()
        moved = World({**world.workspace, "time_zone": "Asia/Tokyo"}, world.tables)
        for document, variables in questions:
            await at.ask(document, variables, moved)
        # As if it had been made for another zone, and wrongly: nothing is read of it, and whoever merges makes it anew.
        await at.connection.execute(update(RollupState).values(time_zone="Asia/Tokyo"))
        for model in _models(kind):
            await at.connection.execute(delete(model))
        assert not (await rollups.check(at.connection, place.id)).in_use
        for document, variables in questions:
            await at.ask(document, variables, world)
        await rollups.merge(at.connection, place.id)
        await answered(at, *questions)
        found = await rollups.check(at.connection, place.id)
        assert (found.made_for, found.in_use) == ("America/New_York", True)


def _models(kind: Kind) -> list[type[Tenant]]:
    """What is kept of a kind's events, besides the places of members."""
    return [rollup.model for rollup in kind.rollups] + ([kind.sets.model] if kind.sets else [])


async def _kept(connection: AsyncConnection, kind: Kind) -> list[list[str]]:
    tables = [table_of(rollup.model) for rollup in kind.rollups]
    return [sorted(map(str, (await connection.execute(select(table))).all())) for table in tables]


@pytest.mark.parametrize(
    ("kind", "events", "rows"),
    [
        (rollups.USAGE, USES * 3, [7, 7]),
        (rollups.TOUCHPOINTS, TOUCHES * 3, [8, 8]),
        (rollups.ENTRIES, ENTRIES, [10]),
    ],
    ids=["usage", "touchpoints", "entries"],
)
async def test_what_is_rebuilt_is_what_was_merged(
    engine: AsyncEngine, places: dict[str, Place], kind: Kind, events: Sequence[Event], rows: list[int]
) -> None:
    """The sums; sets may have other bits for the same members, whom the check tells apart."""
    place = places["Atlantic/Azores"]
    async with desk(engine, place.id) as at:
        await rollups.merge(at.connection, place.id)
        for event in events:
            await written(at.connection, place, kind, [event])
            await rollups.merge(at.connection, place.id)
        assert await at.connection.scalar(select(func.count()).select_from(table_of(kind.delta))) == 0
        merged = await _kept(at.connection, kind)
        await answered(at)
        await rollups.rebuild(at.connection, place.id)
        assert await _kept(at.connection, kind) == merged
        assert [len(one) for one in merged] == rows
        await answered(at)


@each_kind
async def test_an_event_that_nobody_told_of_is_found(
    engine: AsyncEngine, places: dict[str, Place], kind: Kind, events: Sequence[Event], questions: Sequence[Question]
) -> None:
    place = places["UTC"]
    async with desk(engine, place.id) as at:
        await rollups.rebuild(at.connection, place.id)
        row = {"workspace_id": place.id, **events[0].row(place)}
        await at.connection.execute(insert(kind.event), [row])
        found = (await rollups.check(at.connection, place.id)).differences
        assert {one.table for one in found} == {table_of(model).name for model in _models(kind)}
        assert all(amount < 0 for one in found for amount in one.excess.values())
        assert len(found) == 2 * len(_models(kind))
        await rollups.rebuild(at.connection, place.id)
        await answered(at, *questions)
        await at.connection.execute(delete(kind.rollups[0].model))
        assert len((await rollups.check(at.connection, place.id)).differences) == 2
