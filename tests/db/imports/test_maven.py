"""The example map takes in a real seller's 8,800 opportunities, and the figures come out exactly."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from db.imports import Change, Report, run
from tests.conftest import WorkspaceFactory
from tests.db.imports.support import MAPS, SHARED_DATA, Desk

FILES = [
    SHARED_DATA / "maven" / name for name in ("accounts.csv", "products.csv", "sales_teams.csv", "sales_pipeline.csv")
]

pytestmark = pytest.mark.skipif(
    not all(file.exists() for file in FILES), reason=f"the Maven data is not in {SHARED_DATA / 'maven'}"
)

CLOSED = """
    WITH closed AS (
        SELECT engaged.occurred_at AS engaged_at, o.closed_at, o.amount, s.kind
        FROM opportunity o JOIN funnel_stage s ON s.workspace_id = :w AND s.id = o.stage_id
        JOIN stage_transition engaged ON engaged.workspace_id = :w AND engaged.opportunity_id = o.id
        JOIN funnel_stage e ON e.workspace_id = :w AND e.id = engaged.to_stage_id AND e.key = 'engaging'
        WHERE o.workspace_id = :w AND s.kind IN ('WON', 'LOST')
    ), won AS (
        SELECT amount, extract(epoch FROM closed_at - engaged_at) / 86400 AS days FROM closed WHERE kind = 'WON'
    )
"""


async def take(desk: Desk) -> Report:
    return await run(desk.engine, desk.workspace_id, MAPS / "maven.toml", FILES, progress=desk.news.append)


@pytest.fixture(scope="module")
async def maven(
    engine: AsyncEngine, make_workspace: WorkspaceFactory, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Desk, Report]:
    """A workspace with the data in it, and the report of the import."""
    desk = Desk(engine, (await make_workspace()).id, tmp_path_factory.mktemp("maven"))
    return desk, await take(desk)


def test_every_row_goes_in(maven: tuple[Desk, Report]) -> None:
    _, report = maven
    assert report.imported
    assert report.rejected == 0
    assert report.passed_over == {}
    assert report.changes == [
        Change("sales_teams.csv", "team", 3, 0, 0),
        Change("sales_teams.csv", "member", 6, 0, 0),
        Change("sales_teams.csv", "member", 35, 0, 0),
        Change("products.csv", "product", 7, 0, 0),
        Change("[files.stages]", "funnel_stage", 2, 0, 2),
        Change("accounts.csv", "account", 85, 0, 0),
        Change("sales_pipeline.csv", "opportunity", 8800, 0, 0),
        Change("sales_pipeline.csv", "opportunity_line", 8800, 0, 0),
        Change("sales_pipeline.csv", "stage_transition", 8300, 0, 0),
        Change("sales_pipeline.csv", "stage_transition", 4238, 0, 0),
        Change("sales_pipeline.csv", "stage_transition", 2473, 0, 0),
    ]


async def test_where_the_opportunities_stand(maven: tuple[Desk, Report]) -> None:
    stages = """
        SELECT s.name, s.kind, count(*), count(o.opened_at), count(o.stage_entered_at), count(o.closed_at),
               count(o.account_id)
        FROM opportunity o JOIN funnel_stage s ON s.workspace_id = :w AND s.id = o.stage_id
        WHERE o.workspace_id = :w GROUP BY s.name, s.kind, s.position ORDER BY s.position
    """
    rows = await maven[0].rows(stages)
    assert [row[:6] for row in rows] == [
        ("Prospecting", "OPPORTUNITY", 500, 0, 0, 0),
        ("Engaging", "OPPORTUNITY", 1589, 1589, 1589, 0),
        ("Won", "WON", 4238, 4238, 4238, 4238),
        ("Lost", "LOST", 2473, 2473, 2473, 2473),
    ]
    assert 8800 - sum(row[6] for row in rows) == 1425
    entered = """
        SELECT s.name, count(DISTINCT t.journey_id), count(t.from_stage_id)
        FROM stage_transition t JOIN funnel_stage s ON s.workspace_id = :w AND s.id = t.to_stage_id
        WHERE t.workspace_id = :w GROUP BY s.name ORDER BY 1
    """
    assert await maven[0].rows(entered) == [("Engaging", 8300, 0), ("Lost", 2473, 2473), ("Won", 4238, 4238)]


async def test_amounts_and_cycles_are_exact(maven: tuple[Desk, Report]) -> None:
    query = """
        SELECT sum(amount), count(*), (SELECT count(*) FROM closed),
               percentile_cont(0.5) WITHIN GROUP (ORDER BY days), round(avg(days), 3)
        FROM won
    """
    assert await maven[0].rows(CLOSED + query) == [(Decimal("10005534.00"), 4238, 6711, 57.0, Decimal("51.782"))]
    lines = """
        SELECT p.key, p.price, p.aliases, count(*), count(l.amount), sum(l.amount)
        FROM opportunity_line l JOIN product p ON p.workspace_id = :w AND p.id = l.product_id
        WHERE l.workspace_id = :w AND p.key LIKE 'gt%' GROUP BY 1, 2, 3 ORDER BY 1
    """
    assert [row[:4] for row in await maven[0].rows(lines)] == [
        ("gtk_500", Decimal(26768), [], 40),
        ("gtx_basic", Decimal(550), [], 1866),
        ("gtx_plus_basic", Decimal(1096), [], 1383),
        ("gtx_plus_pro", Decimal(5482), [], 968),
        ("gtx_pro", Decimal(4821), ["GTXPro"], 1480),
    ]
    money = "SELECT DISTINCT currency_code FROM opportunity WHERE workspace_id = :w ORDER BY 1"
    assert await maven[0].rows(money) == [("USD",), (None,)]


async def test_one_opportunity_with_all_around_it(maven: tuple[Desk, Report]) -> None:
    query = """
        SELECT o.name, to_char(o.opened_at, 'YYYY-MM-DD'), to_char(o.closed_at, 'YYYY-MM-DD'), o.amount, a.name,
               a.industry, m.name, g.name, t.name, p.name
        FROM external_ref r JOIN opportunity o ON o.workspace_id = :w AND o.id = r.entity_id
        JOIN account a ON a.workspace_id = :w AND a.id = o.account_id
        JOIN member m ON m.workspace_id = :w AND m.id = o.owner_id
        JOIN member g ON g.workspace_id = :w AND g.id = m.manager_id
        JOIN team t ON t.workspace_id = :w AND t.id = m.team_id
        JOIN opportunity_line l ON l.workspace_id = :w AND l.opportunity_id = o.id
        JOIN product p ON p.workspace_id = :w AND p.id = l.product_id
        WHERE r.workspace_id = :w AND r.entity = 'opportunity' AND r.external_id = 'Z063OYW0'
    """
    assert await maven[0].rows(query) == [
        (
            "GTXPro for Isdom", "2016-10-25", "2017-03-11", Decimal(4514), "Isdom", "medical", "Darcel Schlecht",
            "Melvin Marxen", "Central", "GTX Pro",
        )
    ]  # fmt: skip
    parents = """
        SELECT p.name, count(*) FROM account a JOIN account p ON p.workspace_id = :w AND p.id = a.parent_id
        WHERE a.workspace_id = :w GROUP BY 1 ORDER BY 1
    """
    assert await maven[0].rows(parents) == [
        ("Acme Corporation", 4), ("Bubba Gump", 2), ("Golddex", 2), ("Inity", 2), ("Massive Dynamic", 1), ("Sonron", 3),
        ("Warephase", 1),
    ]  # fmt: skip


async def test_a_second_import_writes_nothing(maven: tuple[Desk, Report]) -> None:
    desk, first = maven
    before = await desk.versions()
    second = await take(desk)
    assert await desk.versions() == before
    assert second.rejected == 0
    assert [(c.file, c.entity, c.created, c.updated, c.unchanged) for c in second.changes] == [
        (c.file, c.entity, 0, 0, c.created + c.updated + c.unchanged) for c in first.changes
    ]
