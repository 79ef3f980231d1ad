"""Whatever is merged, pending or void, questions answered by roll-ups are answered as the events say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import rollups
from db.engine import workspace_transaction
from db.models import ContentUsage, EventTable, EventVoid, RollupState, UsageAction, UsageByAsset, UsageDelta
from tests.conftest import WorkspaceFactory
from tests.factories.content import asset
from tests.factories.member import member
from tests.oracle import period as calendar
from tests.oracle import usage as oracle
from tests.oracle.desk import desk
from tests.oracle.profile import examples
from tests.oracle.rows import Row, World
from tests.oracle.server import NOW, Server

ZONES = ("UTC", "America/New_York", "Atlantic/Azores", "Pacific/Auckland")
# Azores and New York set their clocks back in this time, Auckland forward.
START = datetime(2025, 9, 20, tzinfo=UTC)
HOURS = 75 * 24

DOCUMENT = """
query ($period: PeriodInput!, $asOf: DateTime) {
  contentUsage(period: $period, asOf: $asOf) { nodes { asset { id } uses users } }
  contentAssets(first: 10, orderBy: { field: CREATED_AT }) {
    nodes { id usage(period: $period, asOf: $asOf) { uses users recreated minutes byAction { action uses users } } }
  }
}"""


@dataclass(frozen=True)
class Event:
    """An event; asset and member are told by their places. ``voided`` is the step after which it is void."""

    asset: int
    member: int | None
    action: UsageAction
    at: datetime
    minutes: Decimal | None = None
    voided: int | None = None


@dataclass(frozen=True)
class Place:
    """A workspace in which events can be tried, in transactions that are rolled back."""

    id: UUID
    time_zone: str
    assets: Sequence[UUID]
    members: Sequence[UUID]


@pytest.fixture(scope="session")
async def places(engine: AsyncEngine, make_workspace: WorkspaceFactory) -> dict[str, Place]:
    made = {}
    for zone in ZONES:
        workspace = await make_workspace(time_zone=zone)
        async with workspace_transaction(engine, workspace.id) as connection:
            assets = [await asset(connection, workspace.id, title=title) for title in ("Guide", "Case", "Deck")]
            members = [await member(connection, workspace.id, name=name) for name in ("Sam", "Kim")]
        made[zone] = Place(workspace.id, zone, assets, members)
    return made


def row_of(place: Place, event: Event) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "asset_id": place.assets[event.asset],
        "member_id": None if event.member is None else place.members[event.member],
        "action": event.action,
        "minutes": event.minutes,
        "occurred_at": event.at,
    }


async def void(connection: AsyncConnection, workspace_id: UUID, ids: Sequence[UUID]) -> None:
    rows = [
        {
            "workspace_id": workspace_id,
            "event_table": EventTable.content_usage,
            "event_id": key,
            "reason": "It was a test.",
            "voided_at": NOW,
        }
        for key in ids
    ]
    if rows:
        await connection.execute(insert(EventVoid), rows)
        await rollups.add(connection, workspace_id, rollups.USAGE, ids, sign=-1)


def expected(place: Place, rows: Sequence[dict[str, Any]], period: dict[str, Any], as_of: datetime | None) -> Any:
    """The oracle's answer over rows that are not void."""
    workspace = {"time_zone": place.time_zone, "fiscal_year_start_month": 1}
    assets: list[Row] = [{"id": key} for key in place.assets]
    world = World(workspace, {"content_usage": list(rows), "event_void": [], "content_asset": assets})
    given_ = {name: date.fromisoformat(value) if name != "window" else value for name, value in period.items()}
    span = calendar.bounds(given_, as_of or NOW, place.time_zone, 1)
    ranking = oracle.ranking(world, span, as_of or NOW, 20)["nodes"]
    return {
        "contentUsage": {"nodes": [{**one, "asset": {"id": f"asset_{one['asset']['id']}"}} for one in ranking]},
        "contentAssets": {
            "nodes": [
                {"id": f"asset_{one['id']}", "usage": _told(oracle.summary(world, one, span, as_of or NOW))}
                for one in assets
            ]
        },
    }


def _told(summary: dict[str, Any]) -> dict[str, Any]:
    minutes = summary["minutes"]
    return summary | {"minutes": f"{minutes.normalize():f}" if minutes else "0"}


async def answer(
    connection: AsyncConnection, place: Place, period: dict[str, Any], as_of: datetime | None
) -> dict[str, Any]:
    driver = (await connection.get_raw_connection()).driver_connection
    assert isinstance(driver, asyncpg.Connection)
    workspace = {"id": place.id, "time_zone": place.time_zone, "fiscal_year_start_month": 1}
    variables = {"period": period, "asOf": as_of and as_of.isoformat()}
    found: dict[str, Any] = await Server(driver, workspace).data(DOCUMENT, variables)
    for node in found["contentAssets"]["nodes"]:
        node["usage"]["minutes"] = f"{Decimal(node['usage']['minutes']).normalize():f}"
    return found


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
events = st.builds(
    Event,
    st.integers(0, 2),
    st.none() | st.integers(0, 1),
    st.sampled_from(UsageAction),
    moments,
    st.none() | st.decimals(0, 600, places=2),
    st.none() | st.integers(0, 2),
)
dates = st.integers(-2, 77).map(lambda days: (START.date() + timedelta(days=days)).isoformat())
periods = st.one_of(
    st.tuples(dates, dates).map(lambda pair: dict(zip(("from", "to"), sorted(pair), strict=True))),
    st.sampled_from([{"window": "ALL_TIME"}, {"from": "2025-10-01", "to": "2025-11-01"}, {"window": "THIS_QUARTER"}]),
)


@examples(60)
@given(
    zone=st.sampled_from(ZONES),
    steps=st.lists(st.tuples(st.lists(events, max_size=8), st.sampled_from([0, 1, 3, 100])), min_size=3, max_size=3),
    asked=st.lists(st.tuples(periods, st.none() | moments), min_size=1, max_size=3),
)
async def test_questions_are_answered_as_the_events_say(
    engine: AsyncEngine,
    places: dict[str, Place],
    zone: str,
    steps: list[tuple[list[Event], int]],
    asked: list[tuple[dict[str, Any], datetime | None]],
) -> None:
    place, written = places[zone], list[tuple[Event, dict[str, Any]]]()
    async with desk(engine, place.id) as table:
        await rollups.merge(table.connection, place.id)
        for step, (coming, merged) in enumerate(steps):
            new = [(event, row_of(place, event)) for event in coming]
            written += new
            if new:
                await rollups.write(table.connection, place.id, rollups.USAGE, [row for _, row in new])
            await void(table.connection, place.id, [row["id"] for event, row in written if event.voided == step])
            written = [(event, row) for event, row in written if event.voided != step]
            if merged:
                await rollups.merge(table.connection, place.id, most=merged)
        rows = [row for _, row in written]
        for period, as_of in asked:
            found = await answer(table.connection, place, period, as_of)
            assert found == expected(place, rows, period, as_of)
        assert (await rollups.check(table.connection, place.id)).differences == []


OCTOBER = {"from": "2025-10-01", "to": "2025-11-01"}
USES = [
    Event(0, 0, UsageAction.SENT, datetime(2025, 10, 1, 3, tzinfo=UTC)),
    Event(0, 0, UsageAction.CUSTOMIZED, datetime(2025, 10, 9, 12, tzinfo=UTC), Decimal("7.5")),
    Event(1, None, UsageAction.VIEWED, datetime(2025, 11, 1, 3, tzinfo=UTC)),
    Event(1, 1, UsageAction.RECREATED, datetime(2025, 10, 31, 12, tzinfo=UTC), Decimal(90)),
]


async def test_a_read_takes_the_months_from_the_rollups(engine: AsyncEngine, places: dict[str, Place]) -> None:
    """Otherwise this would be no test of them: what somebody adds to a month's row is seen."""
    place = places["America/New_York"]
    async with desk(engine, place.id) as table:
        rows = [row_of(place, event) for event in USES]
        await rollups.rebuild(table.connection, place.id)
        await rollups.write(table.connection, place.id, rollups.USAGE, rows)
        await rollups.merge(table.connection, place.id)
        assert await answer(table.connection, place, OCTOBER, None) == expected(place, rows, OCTOBER, None)
        month = UsageByAsset.span == "MONTH"
        await table.connection.execute(update(UsageByAsset).where(month).values(sent=UsageByAsset.sent + 5))
        ranking = (await answer(table.connection, place, OCTOBER, None))["contentUsage"]["nodes"]
        assert [node["uses"] for node in ranking] == [6, 6]
        found = await rollups.check(table.connection, place.id)
        assert {(one.table, one.span, str(one.starts_on)) for one in found.differences} == {
            ("usage_by_asset", "MONTH", "2025-09-01"),
            ("usage_by_asset", "MONTH", "2025-10-01"),
        }
        assert [dict(one.excess) for one in found.differences] == [{"sent": Decimal(5)}] * 3


async def test_a_workspace_in_another_zone_reads_events_until_its_rollups_are_made_anew(
    engine: AsyncEngine, places: dict[str, Place]
) -> None:
    place = places["America/New_York"]
    moved = Place(place.id, "Asia/Tokyo", place.assets, place.members)
    async with desk(engine, place.id) as table:
        rows = [row_of(place, event) for event in USES]
        await rollups.write(table.connection, place.id, rollups.USAGE, rows)
        await rollups.rebuild(table.connection, place.id)
        for there in (moved, place):
            assert await answer(table.connection, there, OCTOBER, None) == expected(there, rows, OCTOBER, None)
        # As if it had been made for another zone: whoever merges makes it anew for the workspace's.
        await table.connection.execute(update(RollupState).values(time_zone="Asia/Tokyo"))
        assert not (await rollups.check(table.connection, place.id)).in_use
        assert await answer(table.connection, place, OCTOBER, None) == expected(place, rows, OCTOBER, None)
        await rollups.merge(table.connection, place.id)
        found = await rollups.check(table.connection, place.id)
        assert (found.made_for, found.in_use, found.differences) == ("America/New_York", True, [])


async def test_what_is_rebuilt_is_what_was_merged(engine: AsyncEngine, places: dict[str, Place]) -> None:
    place = places["Atlantic/Azores"]
    kept = [rollup.model.__table__ for rollup in rollups.USAGE.rollups]
    async with desk(engine, place.id) as table:

        async def sums() -> list[list[Any]]:
            return [sorted(map(str, (await table.connection.execute(select(one))).all())) for one in kept]

        await rollups.merge(table.connection, place.id)
        for event in USES * 3:
            await rollups.write(table.connection, place.id, rollups.USAGE, [row_of(place, event)])
            await rollups.merge(table.connection, place.id)
        assert await table.connection.scalar(select(func.count()).select_from(UsageDelta)) == 0
        merged = await sums()
        await rollups.rebuild(table.connection, place.id)
        assert await sums() == merged
        assert [len(one) for one in merged] == [7, 7, 3]


async def test_an_event_that_nobody_told_of_is_found(engine: AsyncEngine, places: dict[str, Place]) -> None:
    place = places["UTC"]
    async with desk(engine, place.id) as table:
        await rollups.rebuild(table.connection, place.id)
        await table.connection.execute(insert(ContentUsage), [row_of(place, USES[0]) | {"workspace_id": place.id}])
        found = (await rollups.check(table.connection, place.id)).differences
        assert {one.table for one in found} == {"usage_by_asset", "usage_by_member", "usage_by_asset_and_member"}
        assert all(one.excess == {"sent": Decimal(-1)} for one in found)
        await rollups.rebuild(table.connection, place.id)
        assert (await rollups.check(table.connection, place.id)).differences == []
        await table.connection.execute(delete(UsageByAsset))
        assert len((await rollups.check(table.connection, place.id)).differences) == 2
