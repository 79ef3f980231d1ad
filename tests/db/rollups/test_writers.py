"""Eight writers at once, and every question in between is answered as a scan of the same snapshot answers it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import rollups, standing
from db.engine import create_engine, workspace_transaction
from db.models import ContentAsset, Journey, Member, TouchpointKind, UsageAction
from db.rollups.kind import KINDS, Kind
from resolvers.commands.references import Reference
from resolvers.commands.rows import OnError
from resolvers.commands.usage import Event, record
from resolvers.commands.void import void
from resolvers.ids import encode
from tests.conftest import WorkspaceFactory
from tests.factories.channel import channel
from tests.factories.content import asset
from tests.factories.journey import journey, lead, stages
from tests.factories.member import member
from tests.oracle.server import NOW, Server

WRITERS = 8
SECONDS = 6.0
FIRST = datetime(2026, 1, 20, tzinfo=UTC)
PERIOD = {"from": "2026-02-14", "to": "2026-06-11"}
DOCUMENT = """
query ($period: PeriodInput!, $asOf: DateTime!) {
  contentUsage(period: $period, asOf: $asOf) { nodes { asset { id } uses users } byAction { action uses users } }
  touchpoints: metric(key: TOUCHPOINTS, period: $period, groupBy: [CHANNEL], asOf: $asOf) { ...Groups }
  costs: metric(key: TOUCHPOINT_COST, period: $period, groupBy: [CHANNEL], asOf: $asOf) { ...Groups }
  entries: metric(key: STAGE_ENTRIES, period: $period, groupBy: [STAGE], asOf: $asOf) { ...Groups }
}
fragment Groups on MetricResult { groups { dimensions { key } value { number } } }"""
USES = text("""
    SELECT 'asset_' || asset_id AS asset, count(*) AS uses, count(DISTINCT member_id) AS users
    FROM content_usage AS event
    WHERE action <> 'RECREATED' AND occurred_at >= :since AND occurred_at < :until AND occurred_at < :as_of
      AND NOT EXISTS (SELECT FROM event_void WHERE event_table = 'content_usage' AND event_id = event.id)
    GROUP BY asset_id ORDER BY count(*) DESC, asset_id LIMIT 20
""")
ACTIONS = text("""
    SELECT action, count(*), count(DISTINCT member_id)
    FROM content_usage AS event
    WHERE occurred_at >= :since AND occurred_at < :until AND occurred_at < :as_of
      AND NOT EXISTS (SELECT FROM event_void WHERE event_table = 'content_usage' AND event_id = event.id)
    GROUP BY action ORDER BY action
""")
TOUCHPOINTS = text("""
    SELECT (SELECT key FROM channel WHERE channel.id = channel_id), count(*), coalesce(sum(cost), 0)
    FROM touchpoint AS event
    WHERE occurred_at >= :since AND occurred_at < :until AND occurred_at < :as_of
      AND NOT EXISTS (SELECT FROM event_void WHERE event_table = 'touchpoint' AND event_id = event.id)
    GROUP BY channel_id
""")
ENTRIES = text("""
    SELECT (SELECT key FROM funnel_stage WHERE funnel_stage.id = to_stage_id), count(DISTINCT journey_id)
    FROM stage_transition AS event
    WHERE occurred_at >= :since AND occurred_at < :until AND occurred_at < :as_of
      AND NOT EXISTS (SELECT FROM event_void WHERE event_table = 'stage_transition' AND event_id = event.id)
    GROUP BY to_stage_id
""")
ZONE = ZoneInfo("America/New_York")
SPAN = {"since": datetime(2026, 2, 14, tzinfo=ZONE), "until": datetime(2026, 6, 11, tzinfo=ZONE)}


@dataclass
class Tried:
    """What was done, so that the test can tell that it tried what it is for."""

    recorded: int = 0
    voided: int = 0
    used_deltas: int = 0
    ids: list[UUID] = field(default_factory=list)


@dataclass
class Company:
    """What events refer to, in a workspace of New York. Writers know no order: an event is of any day."""

    id: UUID
    assets: Sequence[Reference]
    members: Sequence[Reference]
    channels: Sequence[UUID]
    leads: Sequence[tuple[UUID, UUID]]
    """With their journeys: so few that writers meet on them."""
    stages: Sequence[UUID]

    async def write(self, connection: AsyncConnection, kind: Kind, random: Random, size: int) -> Sequence[UUID]:
        """Write so many events, as the command does or an import; gives the ids of some."""
        if kind is rollups.USAGE:
            recording = await record(
                connection, self.id, [self._use(random) for _ in range(size)], OnError.REJECT_ALL, NOW
            )
            return recording.changed[:5]
        rows = [self._touch(random) if kind is rollups.TOUCHPOINTS else self._entry(random) for _ in range(size)]
        if kind is rollups.ENTRIES:
            journeys = select(Journey.id).where(Journey.id.in_([row["journey_id"] for row in rows]))
            await standing.lock(connection, self.id, journeys)
        await connection.execute(insert(kind.event), [{"workspace_id": self.id, **row} for row in rows])
        await rollups.add(connection, self.id, kind, [row["id"] for row in rows])
        return [row["id"] for row in rows][:5]

    def _use(self, random: Random) -> Event:
        references = {"asset": random.choice(self.assets)}
        if random.random() < 0.8:
            references["member"] = random.choice(self.members)
        minutes = Decimal(random.randrange(60)) if random.random() < 0.5 else None
        return Event(random.choice(list(UsageAction)), _moment(random), minutes, references, None)

    def _touch(self, random: Random) -> dict[str, Any]:
        cost, code = (Decimal(random.randrange(60)), "USD") if random.random() < 0.5 else (None, None)
        said = {"kind": TouchpointKind.CALL, "channel_id": random.choice([*self.channels, None])}
        return {"id": uuid4(), "occurred_at": _moment(random), "cost": cost, "currency_code": code, **said}

    def _entry(self, random: Random) -> dict[str, Any]:
        way, lead_id = random.choice(self.leads)
        entered = {"to_stage_id": random.choice(self.stages), "occurred_at": _moment(random)}
        return {"id": uuid4(), "journey_id": way, "lead_id": lead_id, **entered}


def _moment(random: Random) -> datetime:
    return FIRST + timedelta(minutes=random.randrange(160 * 24 * 60))


@pytest.fixture
async def company(engine: AsyncEngine, make_workspace: WorkspaceFactory) -> Company:
    made = await make_workspace(time_zone=ZONE.key)
    async with workspace_transaction(engine, made.id) as connection:
        assets = [await asset(connection, made.id, title=f"Asset {number}") for number in range(6)]
        members = [await member(connection, made.id, name=f"Member {number}") for number in range(5)]
        channels = [await channel(connection, made.id, key) for key in ("search", "fair")]
        journeys = [await journey(connection, made.id) for _ in range(12)]
        leads = [(way, await lead(connection, made.id, journey_id=way)) for way in journeys]
        keys = await stages(connection, made.id)
    return Company(
        made.id,
        [encode(ContentAsset, key) for key in assets],
        [encode(Member, key) for key in members],
        channels,
        leads,
        [keys[name] for name in ("mql", "sal", "sql")],
    )


async def test_every_read_while_writing_is_exact(database_url: str, company: Company) -> None:
    tried, done = {kind: Tried() for kind in KINDS}, asyncio.Event()
    merged, compared = 0, 0
    engine = create_engine(database_url, pool_size=WRITERS + 3, pool_timeout=60)

    async def write(number: int) -> None:
        random, size = Random(number), 100 if number % 4 == 0 else 1
        while not done.is_set():
            # Half of what is written is usage, which is recorded one by one; the rest comes by imports.
            kind = random.choice((rollups.USAGE, rollups.USAGE, rollups.TOUCHPOINTS, rollups.ENTRIES))
            so_far = tried[kind]
            async with workspace_transaction(engine, company.id) as connection:
                if so_far.ids and random.random() < 0.3:
                    event = encode(kind.event, random.choice(so_far.ids))
                    await void(connection, company.id, kind.event, event, "Wrong.", member_id=None, now=NOW)
                    so_far.voided += 1
                    continue
                ids = await company.write(connection, kind, random, size)
                await asyncio.sleep(random.random() / 50)
            so_far.ids += ids
            so_far.recorded += size

    async def merge() -> None:
        nonlocal merged
        while not done.is_set():
            async with workspace_transaction(engine, company.id) as connection:
                merged += await rollups.merge(connection, company.id, most=97) or 0
            await asyncio.sleep(0.01)

    async def compare() -> None:
        nonlocal compared
        random = Random(1)
        while not done.is_set():
            waiting = await compare_once(engine, company.id, FIRST + timedelta(minutes=random.randrange(170 * 24 * 60)))
            for kind in waiting:
                tried[kind].used_deltas += 1
            compared += 1

    async with asyncio.TaskGroup() as tasks:
        for work in (*(write(number) for number in range(WRITERS)), merge(), compare(), compare()):
            tasks.create_task(work)
        with suppress(TimeoutError):
            await asyncio.wait_for(done.wait(), SECONDS)
        done.set()
    await rollups.merge_all(engine, company.id)
    async with workspace_transaction(engine, company.id) as connection:
        assert (await rollups.check(connection, company.id)).differences == []
    assert await compare_once(engine, company.id, NOW) == []
    await engine.dispose()
    of_each = [(one.recorded, one.voided, one.used_deltas) for one in tried.values()]
    assert min(merged, compared, *(min(one) for one in of_each)) > 0, (merged, compared, of_each)


async def compare_once(engine: AsyncEngine, workspace_id: UUID, as_of: datetime) -> list[Kind]:
    """Compare in one snapshot what the server answers with scans; gives the kinds of which there were deltas to be read."""
    snapshot: Any = {"isolation_level": "REPEATABLE READ"}
    async with workspace_transaction(engine.execution_options(**snapshot), workspace_id) as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert isinstance(driver, asyncpg.Connection)
        workspace = {"id": workspace_id, "time_zone": ZONE.key, "fiscal_year_start_month": 1}
        answer = await Server(driver, workspace).data(DOCUMENT, {"period": PERIOD, "asOf": as_of.isoformat()})

        async def scanned(query: Any) -> list[Any]:
            return [tuple(row) for row in await connection.execute(query, SPAN | {"as_of": as_of})]

        used = [(node["asset"]["id"], node["uses"], node["users"]) for node in answer["contentUsage"]["nodes"]]
        assert used == await scanned(USES)
        done = [(one["action"], one["uses"], one["users"]) for one in answer["contentUsage"]["byAction"]]
        assert done == await scanned(ACTIONS)
        touchpoints = await scanned(TOUCHPOINTS)
        assert _groups(answer["touchpoints"]) == {key: number for key, number, _ in touchpoints}
        assert _groups(answer["costs"]) == {key: cost for key, _, cost in touchpoints}
        assert _groups(answer["entries"]) == dict(await scanned(ENTRIES))
        return [kind for kind in KINDS if await connection.scalar(select(select(kind.delta).exists()))]


def _groups(metric: Any) -> dict[str | None, Decimal]:
    return {group["dimensions"][0]["key"]: Decimal(group["value"]["number"]) for group in metric["groups"]}
