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
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from db import rollups
from db.engine import create_engine, workspace_transaction
from db.models import ContentAsset, ContentUsage, Member, UsageAction
from resolvers.commands.references import Reference
from resolvers.commands.rows import OnError
from resolvers.commands.usage import Event, record
from resolvers.commands.void import void_usage
from resolvers.ids import encode
from tests.conftest import MadeWorkspace, WorkspaceFactory
from tests.factories.content import asset
from tests.factories.member import member
from tests.oracle.server import NOW, Server

WRITERS = 8
SECONDS = 6.0
FIRST = datetime(2026, 1, 20, tzinfo=UTC)
PERIOD = {"from": "2026-02-14", "to": "2026-06-11"}
DOCUMENT = """
query ($period: PeriodInput!, $asOf: DateTime) {
  contentUsage(period: $period, asOf: $asOf) { nodes { asset { id } uses users } }
}"""
SCAN = text("""
    SELECT 'asset_' || asset_id AS asset, count(*) AS uses, count(DISTINCT member_id) AS users
    FROM content_usage AS usage
    WHERE action <> 'RECREATED' AND occurred_at < :as_of
      AND occurred_at >= '2026-02-14 00:00 America/New_York' AND occurred_at < '2026-06-11 00:00 America/New_York'
      AND NOT EXISTS (SELECT FROM event_void WHERE event_table = 'content_usage' AND event_id = usage.id)
    GROUP BY asset_id ORDER BY count(*) DESC, asset_id LIMIT 20
""")


@dataclass
class Tried:
    """What was done, so that the test can tell that it tried what it is for."""

    recorded: int = 0
    voided: int = 0
    merged: int = 0
    compared: int = 0
    used_deltas: int = 0
    ids: list[UUID] = field(default_factory=list)


@pytest.fixture
async def library(
    engine: AsyncEngine, make_workspace: WorkspaceFactory
) -> tuple[MadeWorkspace, list[Reference], list[Reference]]:
    made = await make_workspace(time_zone="America/New_York")
    async with workspace_transaction(engine, made.id) as connection:
        assets = [await asset(connection, made.id, title=f"Asset {number}") for number in range(6)]
        members = [await member(connection, made.id, name=f"Member {number}") for number in range(5)]
    return made, [encode(ContentAsset, key) for key in assets], [encode(Member, key) for key in members]


def drawn(random: Random, assets: Sequence[Reference], members: Sequence[Reference]) -> Event:
    """An event of any day: writers know no order."""
    references = {"asset": random.choice(assets)}
    if random.random() < 0.8:
        references["member"] = random.choice(members)
    at = FIRST + timedelta(minutes=random.randrange(160 * 24 * 60))
    minutes = Decimal(random.randrange(60)) if random.random() < 0.5 else None
    return Event(random.choice(list(UsageAction)), at, minutes, references, None)


async def test_every_read_while_writing_is_exact(
    database_url: str, library: tuple[MadeWorkspace, list[Reference], list[Reference]]
) -> None:
    workspace, assets, members = library
    tried, done = Tried(), asyncio.Event()
    engine = create_engine(database_url, pool_size=WRITERS + 3, pool_timeout=60)

    async def write(number: int) -> None:
        random, size = Random(number), 100 if number % 4 == 0 else 1
        while not done.is_set():
            async with workspace_transaction(engine, workspace.id) as connection:
                if tried.ids and random.random() < 0.2:
                    event = encode(ContentUsage, random.choice(tried.ids))
                    await void_usage(connection, workspace.id, event, "Wrong.", member_id=None, now=NOW)
                    tried.voided += 1
                    continue
                events = [drawn(random, assets, members) for _ in range(size)]
                recording = await record(connection, workspace.id, events, OnError.REJECT_ALL, NOW)
                await asyncio.sleep(random.random() / 50)
            tried.ids += recording.changed[:5]
            tried.recorded += size

    async def merge() -> None:
        while not done.is_set():
            async with workspace_transaction(engine, workspace.id) as connection:
                tried.merged += await rollups.merge(connection, workspace.id, most=97) or 0
            await asyncio.sleep(0.01)

    async def compare() -> None:
        random = Random(1)
        while not done.is_set():
            as_of = FIRST + timedelta(minutes=random.randrange(170 * 24 * 60))
            tried.used_deltas += await compared(engine, workspace.id, as_of)
            tried.compared += 1

    async with asyncio.TaskGroup() as tasks:
        for work in (*(write(number) for number in range(WRITERS)), merge(), compare(), compare()):
            tasks.create_task(work)
        with suppress(TimeoutError):
            await asyncio.wait_for(done.wait(), SECONDS)
        done.set()
    await rollups.merge_all(engine, workspace.id)
    async with workspace_transaction(engine, workspace.id) as connection:
        assert (await rollups.check(connection, workspace.id)).differences == []
        assert await connection.scalar(text("SELECT count(*) FROM usage_delta")) == 0
    assert await compared(engine, workspace.id, NOW) is False
    await engine.dispose()
    assert min(tried.recorded, tried.voided, tried.merged, tried.compared, tried.used_deltas) > 5, tried


async def compared(engine: AsyncEngine, workspace_id: UUID, as_of: datetime) -> bool:
    """Compare in one snapshot what the server answers with a scan; whether there were deltas to be read."""
    snapshot: Any = {"isolation_level": "REPEATABLE READ"}
    async with workspace_transaction(engine.execution_options(**snapshot), workspace_id) as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert isinstance(driver, asyncpg.Connection)
        workspace = {"id": workspace_id, "time_zone": "America/New_York", "fiscal_year_start_month": 1}
        variables = {"period": PERIOD, "asOf": as_of.isoformat()}
        answer = await Server(driver, workspace).data(DOCUMENT, variables)
        found = [(node["asset"]["id"], node["uses"], node["users"]) for node in answer["contentUsage"]["nodes"]]
        expected = [tuple(row) for row in await connection.execute(SCAN, {"as_of": as_of})]
        assert found == expected
        return bool(await connection.scalar(text("SELECT EXISTS (SELECT FROM usage_delta)")))
