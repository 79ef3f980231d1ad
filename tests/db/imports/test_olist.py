"""The example map takes in 8,000 real leads and 842 deals, and the figures come out exactly."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from db.imports import Change, Report, run
from tests.conftest import WorkspaceFactory
from tests.db.imports.support import Desk

ROOT = Path(__file__).parents[3]
SHARED_DATA = Path(os.environ.get("WAVELENGTH_SHARED_DATA", ROOT.parent / "shared" / "data"))
LEADS, DEALS = "olist_marketing_qualified_leads_dataset.csv", "olist_closed_deals_dataset.csv"
FILES = [SHARED_DATA / "olist" / name for name in (LEADS, DEALS)]

pytestmark = pytest.mark.skipif(
    not all(file.exists() for file in FILES), reason=f"the Olist data is not in {SHARED_DATA / 'olist'}"
)

JOURNEYS = """
    WITH entry AS (
        SELECT DISTINCT ON (t.journey_id) t.journey_id, t.occurred_at, t.sequence
        FROM stage_transition t JOIN funnel_stage s ON s.workspace_id = :w AND s.id = t.to_stage_id
        WHERE t.workspace_id = :w AND s.key = 'mql' ORDER BY t.journey_id, t.occurred_at, t.sequence
    ), won AS (
        SELECT t.journey_id, t.occurred_at, t.sequence
        FROM stage_transition t JOIN funnel_stage s ON s.workspace_id = :w AND s.id = t.to_stage_id
        WHERE t.workspace_id = :w AND s.key = 'won'
    ), journey AS (
        SELECT c.label AS channel, e.occurred_at AS entered_at,
               min(w.occurred_at) FILTER (WHERE (w.occurred_at, w.sequence) > (e.occurred_at, e.sequence)) AS won_at,
               count(w.journey_id) AS wins
        FROM entry e
        JOIN lead l ON l.workspace_id = :w AND l.journey_id = e.journey_id
        LEFT JOIN channel c ON c.workspace_id = :w AND c.id = l.channel_id
        LEFT JOIN won w ON w.journey_id = e.journey_id
        GROUP BY c.label, e.journey_id, e.occurred_at, e.sequence
    )
"""


async def take(desk: Desk) -> Report:
    chart = ROOT / "examples" / "imports" / "olist.toml"
    return await run(desk.engine, desk.workspace_id, chart, FILES, progress=desk.news.append)


@pytest.fixture(scope="module")
async def olist(
    engine: AsyncEngine,
    make_workspace: WorkspaceFactory,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Desk, Report]:
    """A workspace with the data in it, and the report of the import."""
    desk = Desk(engine, (await make_workspace()).id, tmp_path_factory.mktemp("olist"))
    return desk, await take(desk)


def test_every_row_goes_in(olist: tuple[Desk, Report]) -> None:
    desk, report = olist
    assert report.imported
    assert report.rejected == 0
    assert report.rows == {LEADS: 8000, DEALS: 842}
    assert report.changes == [
        Change(DEALS, "member", 32, 0, 0),
        Change(DEALS, "member", 9, 0, 13),
        Change(LEADS, "channel", 10, 0, 0),
        Change(DEALS, "account", 842, 0, 0),
        Change(LEADS, "content_asset", 495, 0, 0),
        Change(LEADS, "lead", 8000, 0, 0),
        Change(DEALS, "lead", 0, 842, 0),
        Change(DEALS, "opportunity", 842, 0, 0),
        Change(LEADS, "stage_transition", 8000, 0, 0),
        Change(DEALS, "stage_transition", 842, 0, 0),
        Change(LEADS, "content_usage", 8000, 0, 0),
    ]
    unused = "has_company, has_gtin, average_stock, declared_product_catalog_size, declared_monthly_revenue"
    assert report.notes == [f"{DEALS}: the map does not use {unused}"]
    assert desk.news[:2] == [f"{LEADS}: 8,000 rows read", f"{DEALS}: 842 rows read"]


async def test_conversion_of_all_leads(olist: tuple[Desk, Report]) -> None:
    query = """
        SELECT count(*), count(won_at), count(*) FILTER (WHERE wins > 0 AND won_at IS NULL),
               round((percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM won_at - entered_at)))::numeric
                     / 86400, 3)::text
        FROM journey
    """
    assert await olist[0].rows(JOURNEYS + query) == [(8000, 841, 1, "14.722")]


async def test_conversion_by_channel(olist: tuple[Desk, Report]) -> None:
    query = """
        SELECT channel, count(*), count(won_at), count(*) FILTER (WHERE wins > 0 AND won_at IS NULL)
        FROM journey GROUP BY channel
    """
    groups = {channel: tuple(figures) for channel, *figures in await olist[0].rows(JOURNEYS + query)}
    assert len(groups) == 11
    assert groups["organic search"] == (2296, 270, 1)
    assert groups["paid search"] == (1586, 195, 0)
    assert groups["social"] == (1350, 75, 0)
    assert groups["unknown"] == (1099, 179, 0)
    assert groups[None] == (60, 14, 0)


async def test_conversion_of_a_quarter_and_within_thirty_days(olist: tuple[Desk, Report]) -> None:
    query = """
        SELECT count(*), count(won_at), count(*) FILTER (WHERE won_at < entered_at + make_interval(secs => 30 * 86400))
        FROM journey WHERE entered_at >= '2018-01-01' AND entered_at < '2018-04-01'
    """
    assert await olist[0].rows(JOURNEYS + query) == [(3343, 467, 305)]


async def test_views_of_landing_pages(olist: tuple[Desk, Report]) -> None:
    query = """
        SELECT count(*) FROM content_usage
        WHERE workspace_id = :w AND action = 'VIEWED' AND num_nonnulls(member_id, contact_id) = 0
        GROUP BY asset_id ORDER BY count(*) DESC
    """
    views = [count for (count,) in await olist[0].rows(query)]
    assert views[:2] == [912, 883]
    assert len(views) == 495
    assert sum(views) == 8000


async def test_what_is_kept_of_a_deal(olist: tuple[Desk, Report]) -> None:
    query = """
        SELECT o.name, a.name, a.industry, owner.name, sdr.name, o.opened_at = o.closed_at, stage.key,
               l.attributes, o.journey_id = l.journey_id, l.stage_id = o.stage_id, l.account_id = a.id
        FROM external_ref r
        JOIN opportunity o ON o.workspace_id = :w AND o.id = r.entity_id
        JOIN account a ON a.workspace_id = :w AND a.id = o.account_id
        JOIN member owner ON owner.workspace_id = :w AND owner.id = o.owner_id
        JOIN lead l ON l.workspace_id = :w AND l.id = o.origin_lead_id
        JOIN member sdr ON sdr.workspace_id = :w AND sdr.id = l.sales_owner_id
        JOIN funnel_stage stage ON stage.workspace_id = :w AND stage.id = o.stage_id
        WHERE r.workspace_id = :w AND r.entity = 'opportunity' AND r.external_id = '5420aad7fec3549a85876ba1c529bd84'
    """
    attributes = {"lead_type": "online medium", "lead_behaviour_profile": "cat", "business_type": "reseller"}
    assert await olist[0].rows(query) == [
        (
            "Deal with seller 2c43fb51", "Seller 2c43fb51", "pet", "Sales 4ef15afb", "Sales development a8387c01",
            True, "won", attributes, True, True, True,
        )
    ]  # fmt: skip


async def test_a_second_import_writes_nothing(olist: tuple[Desk, Report]) -> None:
    desk, first = olist
    before = await desk.versions()
    second = await take(desk)
    assert await desk.versions() == before
    assert second.rejected == 0
    assert [(c.file, c.entity, c.created, c.updated, c.unchanged) for c in second.changes] == [
        (c.file, c.entity, 0, 0, c.created + c.updated + c.unchanged) for c in first.changes
    ]
