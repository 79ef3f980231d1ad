"""The example map takes in a real seller's 8,800 opportunities, and the figures come out exactly."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from db.imports import Change, Report, run
from tests.conftest import WorkspaceFactory
from tests.db.imports.support import MAPS, SHARED_DATA, Desk
from tests.resolvers.metrics.reading import METRIC

FILES = [
    SHARED_DATA / "maven" / name for name in ("accounts.csv", "products.csv", "sales_teams.csv", "sales_pipeline.csv")
]

pytestmark = pytest.mark.skipif(
    not all(file.exists() for file in FILES), reason=f"the Maven data is not in {SHARED_DATA / 'maven'}"
)

YEAR = {"from": "2017-01-01", "to": "2018-01-01"}
"""In which all of them were closed that are."""


async def take(desk: Desk) -> Report:
    return await run(desk.engine, desk.workspace_id, MAPS / "maven.toml", FILES, progress=desk.news.append)


@pytest.fixture(scope="module")
async def maven(
    engine: AsyncEngine, make_workspace: WorkspaceFactory, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Desk, Report]:
    """A workspace with the data in it, and the report of the import."""
    desk = Desk(engine, (await make_workspace()).id, tmp_path_factory.mktemp("maven"))
    return desk, await take(desk)


async def metric(desk: Desk, key: str, *group_by: str, **variables: Any) -> Any:
    """What the query's field says: of the year, unless ``variables`` name another period."""
    asked = {"key": key, "period": YEAR, "groupBy": group_by, "asOf": "2018-01-01T00:00:00Z"}
    return (await desk.answer(METRIC, asked | variables))["metric"]


def label_of(group: Any) -> str | None:
    (dimension,) = group["dimensions"]
    label: str | None = dimension["label"]
    return label


def assert_parts_make_the_whole(rates: list[Any], amounts: list[Any]) -> None:
    """What was won and closed, and the amounts, are in one part each; and each rate is the quotient of its own part."""
    assert [sum(int(part[side]) for part in rates) for side in ("numerator", "denominator")] == [4238, 6711]
    assert sum(Decimal(part["value"]["number"]) for part in amounts) == 10005534
    for part in rates:
        quotient = Decimal(part["numerator"]) / Decimal(part["denominator"])
        assert Decimal(part["value"]["number"]) == quotient.quantize(Decimal("0.000001"), ROUND_HALF_UP)


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


async def test_the_published_figures_are_those_of_the_metrics(maven: tuple[Desk, Report]) -> None:
    desk, _ = maven
    ever = {"period": {"window": "ALL_TIME"}}
    rate, amount = await metric(desk, "WIN_RATE", **ever), await metric(desk, "WON_AMOUNT", **ever)
    assert (rate["value"]["number"], rate["numerator"], rate["denominator"]) == ("0.631501", "4238", "6711")
    assert amount["value"] == {"number": "10005534", "unit": "MONEY", "currencyCode": "USD"}
    assert amount["excluded"] == []
    for statistic, days in (("MEDIAN", "57"), ("MEAN", "51.781973")):
        cycle = await metric(desk, "SALES_CYCLE_DAYS", statistic=statistic, **ever)
        assert (cycle["value"]["number"], cycle["sampleSize"]) == (days, 4238)


async def test_the_figures_of_quarters_add_up_to_those_of_the_year(maven: tuple[Desk, Report]) -> None:
    desk, _ = maven
    rate, amount = await metric(desk, "WIN_RATE", grain="QUARTER"), await metric(desk, "WON_AMOUNT", grain="QUARTER")
    assert [
        (part["from"][:10], part["numerator"], part["denominator"], part["value"]["number"]) for part in rate["series"]
    ] == [
        ("2017-01-01", "531", "647", "0.820711"),
        ("2017-04-01", "1254", "2032", "0.617126"),
        ("2017-07-01", "1257", "2047", "0.614069"),
        ("2017-10-01", "1196", "1985", "0.602519"),
    ]
    assert [part["value"]["number"] for part in amount["series"]] == ["1134672", "3086111", "2982255", "2802496"]
    assert_parts_make_the_whole(rate["series"], amount["series"])


async def test_the_figures_of_teams_add_up_to_those_of_all(maven: tuple[Desk, Report]) -> None:
    desk, _ = maven
    rate, amount = await metric(desk, "WIN_RATE", "TEAM"), await metric(desk, "WON_AMOUNT", "TEAM")
    assert [
        (label_of(team), team["numerator"], team["denominator"], team["value"]["number"]) for team in rate["groups"]
    ] == [
        ("West", "1438", "2249", "0.639395"),
        ("East", "1171", "1858", "0.630248"),
        ("Central", "1629", "2604", "0.625576"),
    ]
    assert [(label_of(team), team["value"]["number"]) for team in amount["groups"]] == [
        ("West", "3568647"),
        ("Central", "3346293"),
        ("East", "3090594"),
    ]
    assert_parts_make_the_whole(rate["groups"], amount["groups"])


async def test_the_figures_of_sellers_add_up_to_those_of_all(maven: tuple[Desk, Report]) -> None:
    desk, _ = maven
    rate, amount = await metric(desk, "WIN_RATE", "OWNER"), await metric(desk, "WON_AMOUNT", "OWNER")
    assert len(rate["groups"]) == len(amount["groups"]) == 30
    best = rate["groups"][0]
    assert (label_of(best), best["numerator"], best["denominator"]) == ("Hayden Neloms", "107", "152")
    assert (label_of(amount["groups"][0]), amount["groups"][0]["value"]["number"]) == ("Darcel Schlecht", "1153214")
    assert {label_of(one) for one in rate["groups"]} == {label_of(one) for one in amount["groups"]}
    assert_parts_make_the_whole(rate["groups"], amount["groups"])


async def test_products_have_their_lines_and_other_names(maven: tuple[Desk, Report]) -> None:
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
