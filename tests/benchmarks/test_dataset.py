from __future__ import annotations

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks.dataset import FULL, Sizes, load, settle
from db.engine import workspace_transaction
from db.models import Base
from tests.conftest import MadeWorkspace, WorkspaceFactory
from tests.db.history import RULES, assert_consistent

TINY = FULL.scaled(0.004)

# Five hundredths of the opportunities are further ones, five have no lead at all: both have journeys of their own.
COUNTS = {
    "account": 8,
    "buying_group_member": 120,
    "channel": 6,
    "contact": 40,
    "content_asset": 2,
    "content_usage": 8000,
    "external_ref": 240,
    "journey": 204,
    "lead": 200,
    "member": 40,
    "opportunity": 40,
    "persona": 5,
    "persona_question": 20,
    "stage_transition": 2000,
    "team": 4,
}


@pytest.fixture(scope="module")
async def loaded(engine: AsyncEngine, make_workspace: WorkspaceFactory) -> MadeWorkspace:
    workspace = await make_workspace()
    await load(engine, workspace.id, TINY)
    return workspace


def test_full_size_is_that_of_the_targets() -> None:
    assert Sizes() == Sizes(
        usages=2_000_000,
        transitions=500_000,
        leads=50_000,
        opportunities=10_000,
        contacts=10_000,
        accounts=2_000,
        assets=500,
        members=40,
    )


async def test_counts_are_exact(engine: AsyncEngine, loaded: MadeWorkspace) -> None:
    async with workspace_transaction(engine, loaded.id) as connection:
        counts = {
            table: await connection.scalar(select(func.count()).select_from(Base.metadata.tables[table]))
            for table in COUNTS
        }
        mappings = await connection.execute(text("SELECT count(*) FROM content_mapping GROUP BY asset_id"))
        assert all(3 <= count <= 6 for count in mappings.scalars())
    assert counts == COUNTS


async def test_history_is_consistent(engine: AsyncEngine, loaded: MadeWorkspace) -> None:
    await assert_consistent(engine, loaded.id, RULES)


async def test_usages_vary_while_the_journeys_stay(
    engine: AsyncEngine, loaded: MadeWorkspace, workspace: MadeWorkspace
) -> None:
    statement = text("SELECT id, journey_id, stage_id IS NULL, stage_entered_at FROM lead ORDER BY id")
    await load(engine, workspace.id, Sizes(**{**vars(TINY), "usages": 50}))
    seen = []
    for made in (loaded, workspace):
        async with workspace_transaction(engine, made.id) as connection:
            seen.append([tuple(row) for row in await connection.execute(statement)])
    assert len(seen[0]) == TINY.leads
    assert seen[0] == seen[1]


async def test_impossible_sizes_are_refused(engine: AsyncEngine, workspace: MadeWorkspace) -> None:
    with pytest.raises(ValueError, match="leads must be even"):
        await load(engine, workspace.id, Sizes(leads=201, opportunities=40, transitions=2000))


async def test_settling_leaves_statistics(owner_engine: AsyncEngine, loaded: MadeWorkspace) -> None:
    await settle(owner_engine)
    async with owner_engine.connect() as connection:
        pages = await connection.scalar(text("SELECT reltuples FROM pg_class WHERE relname = 'content_usage'"))
        counted = await connection.scalar(text("SELECT count(*) FROM content_usage"))
    assert pages == counted
