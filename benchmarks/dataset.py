"""The data set that the benchmarks measure on, generated inside PostgreSQL.

Every value is a hash of its row's number, so the same sizes give the same rows and ids on every machine. The
workspace must exist with its default stages and nothing else in it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Self
from uuid import UUID

from sqlalchemy import bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from benchmarks import dataset_sql as sql
from benchmarks import dataset_touchpoints as touchpoints
from db import rollups
from db.engine import workspace_transaction
from db.models import Base, BuyingStage, FunnelStage

SINCE = datetime(2024, 1, 1, tzinfo=UTC)
UNTIL = datetime(2026, 1, 1, tzinfo=UTC)
EVENTS = ("content_usage", "touchpoint")
SORT_MEMORY = "1GB"

# Seconds from one transition to the next, about; less where the span ends before.
UNIT = 5 * 86_400.0

STAGES = (
    "inquiry",
    "mql",
    "sal",
    "sql",
    "discovery",
    "proposal",
    "negotiation",
    "won",
    "lost",
    "disqualified",
    "recycled",
)
BUYING_STAGES = ("awareness", "consideration", "decision", "purchase")
WON, LOST = 8, 9

# The ways of opportunities, as numbers of STAGES from 1, and how many of every twenty opportunities go each.
PATHS: tuple[tuple[tuple[int, ...], int], ...] = (
    ((5,), 3),
    ((5, 6), 2),
    ((5, 6, 7), 2),
    ((5, 6, 7, WON), 4),
    ((5, LOST), 2),
    ((5, 6, LOST), 3),
    ((5, 6, 7, LOST), 1),
    ((5, 6, 7, 6, 7, WON), 1),
    ((5, 6, 7, LOST, 6, 7, WON), 1),
    ((5, 6, LOST, 6), 1),
)
PATH_SLOTS = [number for number, (_, share) in enumerate(PATHS) for _ in range(share)]
# A step coprime to the number of slots visits all of them, scattered.
SLOT_STEP = 7


@dataclass(frozen=True)
class Sizes:
    """How many rows of each kind; a lead per opportunity at least, three accounts' worth of contacts at least.

    Without touchpoints there are no campaigns and no rates of currencies either.
    """

    usages: int = 2_000_000
    touchpoints: int = 0
    transitions: int = 500_000
    leads: int = 50_000
    opportunities: int = 10_000
    contacts: int = 10_000
    accounts: int = 2_000
    assets: int = 500
    members: int = 40

    def scaled(self, scale: float) -> Self:
        """The same proportions, ``scale`` times the size; the members stay."""
        counted = {name: round(count * scale) for name, count in vars(self).items() if name != "members"}
        return replace(self, **counted)

    @property
    def lead_transitions(self) -> int:
        """What the leads' transitions must add up to, the opportunities' being fixed by their paths."""
        slots = [PATH_SLOTS[number * SLOT_STEP % len(PATH_SLOTS)] for number in range(1, self.opportunities + 1)]
        return self.transitions - sum(len(PATHS[slot][0]) for slot in slots)


FULL = Sizes()


async def load(
    engine: AsyncEngine,
    workspace_id: UUID,
    sizes: Sizes = FULL,
    progress: Callable[[str], None] = lambda step: None,
) -> None:
    """Fill the workspace in one transaction; run :func:`settle` afterwards.

    Any engine will do. A superuser's is faster: it leaves out the checks of foreign keys, which the tests make on a
    small set, and makes the indexes of events after them.
    """
    async with workspace_transaction(engine, workspace_id) as connection:
        is_superuser = await connection.scalar(text("SELECT current_setting('is_superuser') = 'on'"))
        if is_superuser:
            await connection.execute(text("SET LOCAL session_replication_role = replica"))
        binds = await _binds(connection, workspace_id, sizes)
        for function in sql.FUNCTIONS:
            await connection.execute(text(function))
        async with _unindexed(connection, EVENTS) if is_superuser else nullcontext():
            for step, statements in (sql.STEPS | (touchpoints.STEPS if sizes.touchpoints else {})).items():
                for statement in statements:
                    await _execute(connection, statement, binds)
                progress(step)
        progress("indexes")
        await rollups.rebuild(connection, workspace_id)
        progress("roll-ups")


@asynccontextmanager
async def _unindexed(connection: AsyncConnection, tables: Sequence[str]) -> AsyncIterator[None]:
    """Take away the tables' indexes but those of constraints, and make them again at the end: a sort each."""
    indexes = text(
        """
        SELECT pg_get_indexdef(indexrelid), indexrelid::regclass::text FROM pg_index
        WHERE indrelid = ANY (CAST(:tables AS regclass[])) AND NOT indisunique
        """
    )
    found = (await connection.execute(indexes, {"tables": list(tables)})).all()
    for _, name in found:
        await connection.execute(text(f"DROP INDEX {name}"))
    yield
    await connection.execute(text(f"SET LOCAL maintenance_work_mem = '{SORT_MEMORY}'"))
    for definition, _ in found:
        await connection.execute(text(definition))


async def settle(owner: AsyncEngine) -> None:
    """VACUUM ANALYZE all tables, as their owner, so that every run begins from the same state."""
    async with owner.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        for table in Base.metadata.tables:
            await connection.execute(text(f"VACUUM (ANALYZE) {table}"))


async def _execute(connection: AsyncConnection, statement: str, binds: dict[str, Any]) -> None:
    clause = text(statement)
    # Bound as typed parameters: PostgreSQL cannot tell the type of a sum of two.
    await connection.execute(clause.bindparams(*(bindparam(name, binds[name]) for name in clause.compile().params)))


async def _binds(connection: AsyncConnection, workspace_id: UUID, sizes: Sizes) -> dict[str, Any]:
    steps, rest = divmod(sizes.lead_transitions, sizes.leads)
    if steps < 1 or sizes.leads % 2 or sizes.leads < sizes.opportunities:
        raise ValueError("leads must be even in number, as many as opportunities, and have a transition each")
    span = (UNTIL - SINCE).total_seconds()
    spread = min(4, steps - 1)
    longest_path = max(len(path) for path, _ in PATHS)
    return {
        **vars(sizes),
        "workspace": workspace_id,
        "since": SINCE,
        "span": span,
        "unit": UNIT,
        # The longest time from a lead to its opportunity, as a share of the span.
        "opening": (steps + 1 + spread + longest_path + 1) * UNIT / span,
        "stages": await _stage_ids(connection, FunnelStage, workspace_id, STAGES),
        "buying_stages": await _stage_ids(connection, BuyingStage, workspace_id, BUYING_STAGES),
        "steps": steps,
        "longer": rest,
        "spread": spread,
        "leads_apart": sizes.leads // sizes.opportunities,
        "slots": PATH_SLOTS,
        "slot_step": SLOT_STEP,
        "path_numbers": [number for number, (path, _) in enumerate(PATHS) for _ in path],
        "path_steps": [step for path, _ in PATHS for step in range(len(path))],
        "path_stages": [stage for path, _ in PATHS for stage in path],
        "longest_path": longest_path,
    }


async def _stage_ids(
    connection: AsyncConnection, table: type[FunnelStage] | type[BuyingStage], workspace_id: UUID, keys: Sequence[str]
) -> list[UUID]:
    rows = await connection.execute(select(table.key, table.id).where(table.workspace_id == workspace_id))
    ids = dict(rows.all())
    return [ids[key] for key in keys]
