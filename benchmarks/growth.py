"""``python -m benchmarks.growth``: how questions that roll-ups answer slow down as events grow, on one connection.

Journeys stay the same in number. A quarter that begins with a month is told from one that does not.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from statistics import median
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from api.execution import create_compiler
from api.settings import Settings
from benchmarks.__main__ import FOLDER
from benchmarks.cores import layout
from benchmarks.database import SLUG, filled, fingerprint
from benchmarks.dataset import FULL, Sizes
from db.engine import asyncpg_dsn, create_engine, server_settings
from db.models import Role
from resolvers.commands.workspace import find_workspace
from resolvers.metrics.catalogue import CATALOGUE
from resolvers.metrics.measure import facts_of
from resolvers.viewer import Context, Viewer

SIZES = (200_000, 2_000_000)
LARGEST = 20_000_000
PERIODS = {
    "aligned": {"from": "2025-04-01", "to": "2025-07-01"},
    "ragged": {"from": "2025-04-11", "to": "2025-07-08"},
}
AIMS = {"aligned": 1.5, "ragged": 3.0}
NOW = datetime(2026, 1, 1, tzinfo=UTC)
WARM_UP = 10
"""Runs before the first that counts: PostgreSQL settles on a plan after five."""


def questions() -> dict[str, str]:
    """Documents by name: each metric that a roll-up answers, and the fields with shapes of their own."""
    metrics = {
        key: f"query ($period: PeriodInput!) {{ metric(key: {key}, period: $period) {{ value {{ number }} }} }}"
        for key, metric in CATALOGUE.items()
        if any(fact.summaries for fact in facts_of(metric.measure))
    }
    return metrics | {
        "contentUsage": "query ($period: PeriodInput!) {"
        " contentUsage(period: $period, first: 20) { nodes { asset { id title } uses users } } }",
        "contentAssets.usage": "query ($period: PeriodInput!) {"
        " contentAssets(first: 1) { nodes { usage(period: $period) { uses users byAction { action uses users } } } } }",
    }


async def latencies(url: str, runs: int) -> Iterator[tuple[str, str, float]]:
    """Question, period, and the median of the seconds that it took."""
    owner = create_engine(url, role=None)
    workspace_id = await find_workspace(owner, SLUG)
    await owner.dispose()
    connection = await asyncpg.connect(asyncpg_dsn(url), server_settings=server_settings())
    try:
        await connection.fetchval("SELECT set_config('wavelength.workspace', $1, false)", str(workspace_id))
        return iter(
            [
                (name, period, await _latency(connection, workspace_id, document, given, runs))
                for name, document in questions().items()
                for period, given in PERIODS.items()
            ]
        )
    finally:
        await connection.close()


async def _latency(
    connection: asyncpg.Connection[Any], workspace_id: UUID, document: str, period: dict[str, str], runs: int
) -> float:
    compiler = create_compiler(Settings())
    operation = compiler.operation(document, None)
    variables = compiler.variables(operation, {"period": period})
    plan = compiler.plan(operation, variables, Role.ADMIN)
    assert plan.sql is not None
    viewer = Viewer(workspace_id, Role.ADMIN, None, None, ZoneInfo("UTC"), 1, None)
    statement, bound = await connection.prepare(plan.sql), plan.bind(variables, Context(viewer, NOW), workspace_id)
    taken = []
    for run in range(WARM_UP + runs):
        began = time.perf_counter()
        await statement.fetchrow(*bound)
        if run >= WARM_UP:
            taken.append(time.perf_counter() - began)
    return median(taken)


def report(found: dict[int, dict[tuple[str, str], float]]) -> tuple[dict[str, Any], str]:
    """Milliseconds by question, period and size, with the largest ÷ the smallest; as data, and as a table."""
    sizes, rows, lines = sorted(found), {}, []
    for name, period in found[sizes[0]]:
        took = {size: found[size][name, period] * 1000 for size in sizes}
        ratio = max(took.values()) / min(took.values())
        milliseconds = {str(size): round(value, 3) for size, value in took.items()}
        rows[f"{name}, {period}"] = {"milliseconds": milliseconds, "ratio": round(ratio, 3), "aim": AIMS[period]}
        missed = "" if ratio <= AIMS[period] else " **missed**"
        cells = " | ".join(f"{value:.2f}" for value in took.values())
        lines.append(f"| {name} | {period} | {cells} | {ratio:.2f}, aim {AIMS[period]}{missed} |")
    head = f"| question | quarter | {' | '.join(f'{size:,} events, ms' for size in sizes)} | largest ÷ smallest |"
    rule = "|---|---|" + "---|" * (len(sizes) + 1)
    return {"questions": rows, "sizes": sizes}, "\n".join(["# Growth", "", head, rule, *lines]) + "\n"


def main() -> None:
    options = _options()
    cache, found = FOLDER / ".cache", dict[int, dict[tuple[str, str], float]]()
    cache.mkdir(exist_ok=True)
    for usages in options.sizes or (*SIZES, *([LARGEST] if options.largest else [])):
        sizes: Sizes = replace(FULL.scaled(options.scale), usages=usages)
        folder = cache / f"growth-{fingerprint(sizes)}"
        with filled(sizes, folder, layout().database) as url:
            found[usages] = {(name, at): took for name, at, took in asyncio.run(latencies(url, options.runs))}
    as_data, as_text = report(found)
    print("\n" + as_text)
    if not options.sizes and options.scale == 1:
        (FOLDER / "results" / "growth.json").write_text(json.dumps(as_data, indent=2) + "\n")
        (FOLDER / "results" / "growth.md").write_text(as_text)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--largest", action="store_true", help=f"{LARGEST:,} events too")
    parser.add_argument("--runs", type=int, default=50, help="of a question")
    parser.add_argument("--sizes", type=_numbers, help="other numbers of events, for a quick look: 10000,50000")
    parser.add_argument("--scale", type=float, default=1.0, help="of all but the events, for a quick look")
    return parser.parse_args()


def _numbers(value: str) -> Sequence[int]:
    return [int(number) for number in value.split(",")]


if __name__ == "__main__":
    main()
