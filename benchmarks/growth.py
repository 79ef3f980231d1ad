"""``python -m benchmarks.growth``: how every metric slows down as events grow, and pages and a lookup beside them.

Three quarters of the events are uses of content, the others touchpoints; journeys stay the same in number. A quarter
that begins with a month is told from one that does not. The databases run side by side, each asked on one connection:
in every round each question goes to all of them, so that whatever else the machine does falls upon all alike.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import chain, product
from statistics import quantiles
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
from benchmarks.growth_questions import GOALS, PERIODS, Question, questions
from db.engine import asyncpg_dsn, create_engine, server_settings
from db.models import JointGoal, Lead, Role
from resolvers.commands.workspace import find_workspace
from resolvers.compiler.compiler import Compiler
from resolvers.ids import encode
from resolvers.viewer import Context, Viewer

SIZES = (200_000, 2_000_000)
LARGEST = 20_000_000
SETTINGS = {"shared_buffers": "2GB"}
"""As an operator would give it to data of the largest size: with the 128 MB of a new PostgreSQL, pages that the
questions before had evicted were read again, and that was measured."""
NOW = datetime(2026, 1, 1, tzinfo=UTC)
WARM_UP = 6
"""Runs before the first that counts: PostgreSQL settles on a plan after five."""
SLOW, FEW = 2.0, 3
"""A question that takes more than so many seconds is asked so many times at most, and all of them count."""

Times = Mapping[int, float]
"""Seconds by number of events."""


@dataclass(frozen=True, eq=False)
class Asked:
    """A question to one of the databases, and the seconds that each answer took."""

    question: Question
    events: int
    statement: Any
    bound: Sequence[Any]
    taken: list[float] = field(default_factory=list)

    async def ask(self, *, warm: bool) -> None:
        """Ask once more, unless that has been slow often enough; ``warm`` tells that it counts, however fast it is."""
        if len(self.taken) >= FEW and self.taken[-1] > SLOW:
            return
        began = time.perf_counter()
        await self.statement.fetchrow(*self.bound)
        took = time.perf_counter() - began
        if warm or took > SLOW:
            self.taken.append(took)


async def latencies(urls: Mapping[int, str], runs: int) -> dict[Question, Times]:
    """What a quarter of a question's runs took at most, by the number of events in the database behind each of ``urls``.

    The lower quartile, because what others do on the machine only ever adds to a time.
    """
    compiler = create_compiler(Settings())
    async with AsyncExitStack() as stack:
        given = [await _prepared(compiler, events, url, stack) for events, url in urls.items()]
        # A turn is a question to one database after the other.
        turns = list(zip(*given, strict=True))
        for number in range(WARM_UP + runs):
            for asked in chain(*turns):
                await asked.ask(warm=number >= WARM_UP)
    return {turn[0].question: {asked.events: lower_quartile(asked.taken) for asked in turn} for turn in turns}


def lower_quartile(taken: Sequence[float]) -> float:
    """What a quarter of the times do not exceed: one of them, or between two, so never below the least."""
    return quantiles(taken, method="inclusive")[0]


async def _prepared(compiler: Compiler, events: int, url: str, stack: AsyncExitStack) -> list[Asked]:
    """All questions to one database, on a connection that is closed with the ``stack``."""
    owner = create_engine(url, role=None)
    workspace_id = await find_workspace(owner, SLUG)
    await owner.dispose()
    connection = await asyncpg.connect(asyncpg_dsn(url), server_settings=server_settings())
    stack.push_async_callback(connection.close)
    await connection.fetchval("SELECT set_config('wavelength.workspace', $1, false)", str(workspace_id))
    lead_id = await connection.fetchval(
        "SELECT id FROM lead ORDER BY id LIMIT 1 OFFSET (SELECT count(*) / 2 FROM lead)"
    )
    goal_ids = await _goals(connection, workspace_id)
    context = Context(Viewer(workspace_id, Role.ADMIN, None, None, ZoneInfo("UTC"), 1, None), NOW)
    found = []
    for question in questions(encode(Lead, lead_id), goal_ids):
        operation = compiler.operation(question.document, None)
        variables = compiler.variables(operation, question.variables)
        plan = compiler.plan(operation, variables, Role.ADMIN)
        assert plan.sql is not None
        statement = await connection.prepare(plan.sql)
        found.append(Asked(question, events, statement, plan.bind(variables, context, workspace_id)))
    return found


async def _goals(connection: asyncpg.Connection[Any], workspace_id: UUID) -> dict[tuple[str, str], str]:
    """Goals on metrics, in a transaction that is never committed; their public ids by metric and period."""
    await connection.execute("BEGIN")
    found = {}
    for metric, (name, period) in product(GOALS, PERIODS.items()):
        goal_id = await connection.fetchval(
            "INSERT INTO joint_goal (workspace_id, id, name, metric, target, starts_on, ends_on, horizon)"
            " VALUES ($1, gen_random_uuid(), $2, $2, 1000000, $3, $4, 'SHORT') RETURNING id",
            *(workspace_id, metric, *(date.fromisoformat(day) for day in period.values())),
        )
        found[metric, name] = encode(JointGoal, goal_id)
    return found


def report(found: Mapping[Question, Times], runs: int) -> tuple[dict[str, Any], str]:
    """Milliseconds by question and size, with the largest ÷ the smallest; as data, and as a table."""
    sizes, rows, lines = sorted(next(iter(found.values()))), {}, []
    for question, times in found.items():
        took = {size: times[size] * 1000 for size in sizes}
        ratio = max(took.values()) / min(took.values())
        milliseconds = {str(size): round(value, 3) for size, value in took.items()}
        rows[question.key] = {"milliseconds": milliseconds, "ratio": round(ratio, 3), "aim": question.aim}
        missed = "" if ratio <= question.aim else " **missed**"
        cells = " | ".join(f"{value:.2f}" for value in took.values())
        lines.append(f"| {question.name} | {question.period} | {cells} | {ratio:.2f}, aim {question.aim}{missed} |")
    text = (
        "Milliseconds that a quarter of the runs took at most: what others do on the machine only adds to a time. "
        f"The databases were asked in turn, question by question, in {runs} rounds, each with "
        f"{SETTINGS['shared_buffers']} of shared buffers."
    )
    head = f"| question | quarter | {' | '.join(f'{size:,} events' for size in sizes)} | largest ÷ smallest |"
    rule = "|---|---|" + "---|" * (len(sizes) + 1)
    return {"questions": rows, "sizes": sizes}, "\n".join(["# Growth", "", text, "", head, rule, *lines]) + "\n"


def main() -> None:
    options = _options()
    cache = FOLDER / ".cache"
    cache.mkdir(exist_ok=True)
    with ExitStack() as running:
        urls = {}
        for events in options.sizes or (*SIZES, *([LARGEST] if options.largest else [])):
            sizes = _of(events, FULL.scaled(options.scale))
            data = filled(sizes, cache / f"growth-{fingerprint(sizes)}", layout().database, settings=SETTINGS)
            urls[events] = running.enter_context(data)
        as_data, as_text = report(asyncio.run(latencies(urls, options.runs)), options.runs)
    print("\n" + as_text)
    if not options.sizes and options.scale == 1:
        as_data |= {"runs": options.runs, "settings": SETTINGS}
        (FOLDER / "results" / "growth.json").write_text(json.dumps(as_data, indent=2) + "\n")
        (FOLDER / "results" / "growth.md").write_text(as_text)


def _of(events: int, sizes: Sizes) -> Sizes:
    touchpoints = events // 4
    return replace(sizes, usages=events - touchpoints, touchpoints=touchpoints)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--largest", action="store_true", help=f"{LARGEST:,} events too")
    parser.add_argument("--runs", type=int, default=30, help="of a question")
    parser.add_argument("--sizes", type=_numbers, help="other numbers of events, for a quick look: 10000,50000")
    parser.add_argument("--scale", type=float, default=1.0, help="of all but the events, for a quick look")
    options = parser.parse_args()
    if options.runs < 2:
        parser.error("a quartile needs two runs")
    return options


def _numbers(value: str) -> Sequence[int]:
    return [int(number) for number in value.split(",")]


if __name__ == "__main__":
    main()
