from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks.database import fingerprint
from benchmarks.dataset import EVENTS, FULL, Sizes, load, settle
from db.engine import workspace_transaction
from db.models import Base
from tests.conftest import MadeWorkspace, WorkspaceFactory
from tests.db.history import RULES, assert_consistent

TINY = replace(FULL.scaled(0.004), touchpoints=3000)

# Five hundredths of the opportunities are further ones, five have no lead at all: both have journeys of their own.
COUNTS = {
    "account": 8,
    "buying_group_member": 120,
    "campaign": 40,
    "channel": 6,
    "contact": 40,
    "content_asset": 2,
    "content_usage": 8000,
    "exchange_rate": 8,
    "external_ref": 240,
    "journey": 204,
    "lead": 200,
    "member": 40,
    "opportunity": 40,
    "persona": 5,
    "persona_question": 20,
    "stage_transition": 2000,
    "team": 4,
    "touchpoint": 3000,
}


@pytest.fixture(scope="module")
async def loaded(engine: AsyncEngine, make_workspace: WorkspaceFactory) -> MadeWorkspace:
    workspace = await make_workspace()
    await load(engine, workspace.id, TINY)
    return workspace


def test_full_size_is_that_of_the_targets() -> None:
    assert Sizes() == Sizes(
        usages=2_000_000,
        touchpoints=0,
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


TOUCHPOINT_RULES = {
    "touchpoints are with leads and opportunities that are there": """
        SELECT touchpoint.id FROM touchpoint
        LEFT JOIN lead ON lead.id = lead_id LEFT JOIN opportunity ON opportunity.id = opportunity_id
        WHERE occurred_at < coalesce(received_at, opened_at)""",
    "touchpoints are of campaigns that are going on": """
        SELECT touchpoint.id FROM touchpoint JOIN campaign ON campaign.id = campaign_id
        WHERE occurred_at NOT BETWEEN starts_on AND ends_on + interval '1 day'""",
    "touchpoints' ids are in the order of time": """
        SELECT id FROM touchpoint
        WHERE uuid_extract_timestamp(id) IS DISTINCT FROM date_trunc('milliseconds', occurred_at)""",
    "every cost has a rate": """
        SELECT touchpoint.id FROM touchpoint
        WHERE currency_code <> 'USD' AND NOT EXISTS (
            SELECT FROM exchange_rate
            WHERE base_code = currency_code AND quote_code = 'USD' AND valid_from <= occurred_at)""",
}


async def test_history_is_consistent(engine: AsyncEngine, loaded: MadeWorkspace) -> None:
    await assert_consistent(engine, loaded.id, RULES | TOUCHPOINT_RULES)


async def test_touchpoints_have_all_there_is_to_measure(engine: AsyncEngine, loaded: MadeWorkspace) -> None:
    touch = Base.metadata.tables["touchpoint"].c
    names = ("lead_id", "opportunity_id", "contact_id", "account_id", "campaign_id", "cost", "member_id")
    shares = select(*(func.count(touch[name]) * 1.0 / func.count() for name in names))
    async with workspace_transaction(engine, loaded.id) as connection:
        found = [float(share) for share in (await connection.execute(shares)).one()]
        currencies = await connection.scalars(text("SELECT DISTINCT currency_code FROM touchpoint ORDER BY 1"))
    # A little less with opportunities: there are none at the beginning.
    assert found == pytest.approx([1 / 4, 1 / 3, 1 / 4, 1 / 6, 1 / 2, 1 / 3, 1 / 2], abs=0.07)
    assert list(currencies) == ["EUR", "USD", None]


async def test_the_owner_makes_the_same_rows_without_the_indexes(
    owner_engine: AsyncEngine, engine: AsyncEngine, loaded: MadeWorkspace, workspace: MadeWorkspace
) -> None:
    indexes = text("SELECT indexdef FROM pg_indexes WHERE tablename = ANY (:tables) ORDER BY 1")
    sums = text(
        """
        SELECT (SELECT sum(hashtextextended(id::text || asset_id || lead_id, 0)) FROM content_usage),
               (SELECT sum(hashtextextended(id::text || kind || coalesce(cost, 0), 0)) FROM touchpoint),
               (SELECT sum(won_uses) FROM content_asset)
        """
    )
    seen = []
    async with owner_engine.connect() as connection:
        before = (await connection.execute(indexes, {"tables": list(EVENTS)})).all()
    await load(owner_engine, workspace.id, TINY)
    async with owner_engine.connect() as connection:
        assert (await connection.execute(indexes, {"tables": list(EVENTS)})).all() == before
    for made in (loaded, workspace):
        async with workspace_transaction(engine, made.id) as connection:
            seen.append((await connection.execute(sums)).one())
    assert seen[0] == seen[1]


def test_what_touchpoints_are_made_by_concerns_only_data_sets_that_have_them(monkeypatch: pytest.MonkeyPatch) -> None:
    before = [fingerprint(sizes) for sizes in (FULL, TINY)]
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read(path) + (b"#" if "touchpoints" in path.name else b""))
    after = [fingerprint(sizes) for sizes in (FULL, TINY)]
    assert [one == other for one, other in zip(before, after, strict=True)] == [True, False]


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
