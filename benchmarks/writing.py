"""``python -m benchmarks.writing``: what it costs that usage is told to the roll-ups.

The command's way of writing events, while the roll-ups are merged in the background, beside plain inserts into the
table of events: eight writers each, in turn, for events one by one and by the hundred.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.merging import Merger
from benchmarks.__main__ import FOLDER
from benchmarks.cores import layout
from benchmarks.database import SLUG, filled
from benchmarks.dataset import FULL, SINCE
from benchmarks.report import Ratio
from db.engine import create_engine, workspace_transaction
from db.models import ContentAsset, Member, UsageAction
from db.rollups import USAGE, check, write
from db.rollups.deltas import inserting, parameters
from resolvers.commands.workspace import find_workspace

WRITERS = 8
BATCHES = (1, 100)
AIM = 0.6
WRITTEN = ("content_usage", "usage_delta", "usage_by_asset", "usage_by_member", "usage_place", "users_by_asset")

Usages = Sequence[Mapping[str, Any]]
Write = Callable[[AsyncConnection, UUID, Usages], Awaitable[None]]


async def plain(connection: AsyncConnection, workspace_id: UUID, usages: Usages) -> None:
    """The same statement without the roll-ups' part."""
    await connection.execute(inserting(USAGE, tuple(usages[0])), parameters(workspace_id, usages))


async def command(connection: AsyncConnection, workspace_id: UUID, usages: Usages) -> None:
    """What :func:`resolvers.commands.usage.record` does with what is right and new."""
    await write(connection, workspace_id, USAGE, usages)


WAYS: Mapping[str, Write] = {"command": command, "plain": plain}


class Library:
    """The workspace, and events to write that name its assets and members."""

    def __init__(self, engine: AsyncEngine, workspace_id: UUID, assets: list[UUID], members: list[UUID]) -> None:
        self.engine, self.workspace_id = engine, workspace_id
        self._assets, self._members = assets, members

    @classmethod
    async def found(cls, engine: AsyncEngine, workspace_id: UUID) -> Library:
        async with workspace_transaction(engine, workspace_id) as connection:
            assets, members = [list(await connection.scalars(select(one.id))) for one in (ContentAsset, Member)]
        return cls(engine, workspace_id, assets, members)

    async def rate(self, way: Write, batch: int, seconds: float) -> float:
        """Events a second."""
        end = time.perf_counter() + seconds
        began = time.perf_counter()
        counts = await asyncio.gather(*(self._write(way, batch, end, number) for number in range(WRITERS)))
        return sum(counts) / (time.perf_counter() - began)

    async def _write(self, way: Write, batch: int, end: float, seed: int) -> int:
        random, count = Random(seed), 0
        while time.perf_counter() < end:
            async with workspace_transaction(self.engine, self.workspace_id) as connection:
                await way(connection, self.workspace_id, await self._usages(connection, random, batch))
            count += batch
        return count

    async def _usages(self, connection: AsyncConnection, random: Random, batch: int) -> Usages:
        ids = await connection.scalars(text("SELECT uuidv7() FROM generate_series(1, :count)"), {"count": batch})
        return [
            {
                "id": key,
                "asset_id": random.choice(self._assets),
                "member_id": random.choice(self._members),
                "action": random.choice(list(UsageAction)),
                "minutes": None,
                "occurred_at": SINCE + timedelta(minutes=random.randrange(700 * 24 * 60)),
            }
            for key in ids
        ]


async def measured(url: str, rounds: int, seconds: float) -> dict[int, dict[str, list[float]]]:
    """Events a second by batch and way, one a round."""
    owner, engine = create_engine(url, role=None), create_engine(url, pool_size=WRITERS, pool_timeout=60)
    library = await Library.found(engine, await find_workspace(owner, SLUG))
    rates: dict[int, dict[str, list[float]]] = {batch: {way: [] for way in WAYS} for batch in BATCHES}
    for number in range(rounds):
        for batch in BATCHES:
            for way in sorted(WAYS, reverse=number % 2 == 1):
                rates[batch][way].append(await _rate(url, library, way, batch, seconds))
                await _forget(owner, library, way)
    await owner.dispose()
    await engine.dispose()
    return rates


async def _rate(url: str, library: Library, way: str, batch: int, seconds: float) -> float:
    background = create_engine(url, pool_size=1)
    merger = Merger(background, 1.0)
    if way == "command":
        merger.start()
    notices = asyncio.create_task(_notices(merger, library.workspace_id))
    rate = await library.rate(WAYS[way], batch, seconds)
    notices.cancel()
    await merger.stop()
    await background.dispose()
    return rate


async def _notices(merger: Merger, workspace_id: UUID) -> None:
    """What the server does after each operation."""
    while True:
        merger.notice(workspace_id)
        await asyncio.sleep(0.1)


async def _forget(owner: AsyncEngine, library: Library, way: str) -> None:
    """Compare the roll-ups with the events after the command's way; take away what was written past them otherwise."""
    async with workspace_transaction(owner, library.workspace_id) as connection:
        if way == "command":
            differences = (await check(connection, library.workspace_id)).differences
            assert not differences, differences
        for table in WRITTEN:
            await connection.execute(text(f"TRUNCATE {table}"))


def report(rates: Mapping[int, Mapping[str, Sequence[float]]]) -> tuple[dict[str, Any], str]:
    """The ratio of the command's rate to that of plain inserts, by batch; as data, and as a table."""
    rows, lines = {}, []
    for batch, ways in rates.items():
        pairs = zip(ways["command"], ways["plain"], strict=True)
        ratio = Ratio.of([command / alone for command, alone in pairs])
        rows[str(batch)] = {"ratio": round(ratio.median, 3), "spread": [round(ratio.least, 3), round(ratio.most, 3)]}
        events = " | ".join(f"{median(ways[way]):,.0f}" for way in WAYS)
        missed = "" if ratio.median >= AIM else " **missed**"
        lines.append(f"| {batch} | {events} | {ratio}, aim {AIM}{missed} |")
    head = "| events at once | with the roll-ups, events/s | the events alone, events/s | ratio |"
    return {"batches": rows, "writers": WRITERS}, "\n".join(
        ["# Recording usage", "", head, "|---|---|---|---|", *lines]
    ) + "\n"


def main() -> None:
    options = _options()
    sizes = FULL.scaled(options.scale)
    with TemporaryDirectory() as folder, filled(sizes, Path(folder), layout().database) as url:
        rates = asyncio.run(measured(url, options.rounds, options.seconds))
    as_data, as_text = report(rates)
    print("\n" + as_text)
    if options.keep:
        (FOLDER / "results" / "write.json").write_text(json.dumps(as_data, indent=2) + "\n")
        (FOLDER / "results" / "write.md").write_text(as_text)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.writing", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5, help="of writing, a way, batch and round")
    parser.add_argument("--scale", type=float, default=0.02, help="of the data set that is there before")
    parser.add_argument("--no-keep", dest="keep", action="store_false", help="write no file of results")
    return parser.parse_args()


if __name__ == "__main__":
    main()
