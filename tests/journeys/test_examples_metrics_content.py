"""Examples of content's metrics: each answers what it promises."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.conftest import FoundDemo
from tests.journeys.examples import AS_OF, Demo


@pytest.fixture(scope="module")
async def demo(found_demo: FoundDemo) -> Demo:
    return await found_demo()


def by_group(answer: Any, name: str = "label") -> dict[str, str | None]:
    """The numbers of a metric's groups by what is told of their one dimension."""
    return {group["dimensions"][0][name]: group["value"]["number"] for group in answer["groups"]}


async def test_reinvention(demo: Demo) -> None:
    answer = await demo.example("reinvention", asOf=AS_OF)
    hours = answer["reinvention"]
    assert (hours["value"], hours["numerator"], hours["denominator"]) == (
        {"number": "4.012037", "unit": "HOURS"},
        "288.866667",
        "72",
    )
    assert by_group(hours) == {
        "Aiko Tanaka": "6.186111",
        "Sofia Brandt": "3.447222",
        "Nadia Kowalczyk": "3.093056",
        "Marcus Oyelaran": "2.804167",
        "Erik Sandvik": "2.504167",
        "Liam Gallagher-Stone": "2.070833",
        # What these adapted counts as well, but they are no active members of sales.
        **dict.fromkeys(("Priya Raman", "Jonas Lindqvist", "Claire Dubois", "Ben Whitaker", "Paolo Ferri")),
    }
    assert [part["value"]["number"] for part in hours["series"]] == ["2.030556", "3.523148", "3.493519", "7.000926"]
    used = answer["used"]
    assert (used["value"]["number"], used["numerator"], used["denominator"]) == ("0.921053", "35", "38")
    less_used = {kind: share for kind, share in by_group(used, "key").items() if share != "1"}
    assert less_used == {"DATASHEET": "0.8", "CASE_STUDY": "0.75", "EMAIL_TEMPLATE": "0.5"}
    assert [asset["title"] for asset in answer["unused"]["nodes"]] == [
        "Framework agreement, explained",
        "Invitation mail for the spring webinar",
        "Étude de cas : Halden Foods",
    ]
    adoption, fresh = answer["adoption"], answer["fresh"]
    assert (adoption["value"]["number"], by_group(adoption)) == ("1", {"New Business": "1", "Key Accounts": "1"})
    assert (fresh["value"]["number"], fresh["numerator"], fresh["denominator"]) == ("0.710526", "27", "38")


async def test_content_coverage(demo: Demo) -> None:
    answer = (await demo.example("content-coverage", asOf=AS_OF))["contentCoverage"]
    cells: dict[str, list[tuple[int, str, int]]] = {}
    for cell in answer["cells"]:
        cells.setdefault(cell["persona"]["name"], []).append((cell["assets"], cell["level"], cell["uses"]))
    assert cells == {
        "IT Integration Lead": [(3, "GOOD", 173), (4, "GOOD", 142), (1, "THIN", 32), (2, "THIN", 103)],
        "Procurement Manager": [(3, "GOOD", 144), (0, "GAP", 0), (3, "GOOD", 173), (3, "GOOD", 103)],
        "Quality and Compliance Manager": [(4, "GOOD", 186), (2, "THIN", 52), (0, "GAP", 0), (3, "GOOD", 123)],
        "Supply Chain Director": [(5, "EXCESS", 263), (6, "EXCESS", 273), (5, "EXCESS", 203), (2, "THIN", 103)],
        "Warehouse Operations Manager": [(7, "EXCESS", 351), (7, "EXCESS", 354), (4, "GOOD", 180), (2, "THIN", 103)],
    }
    assert [
        (cell["buyingStage"]["key"], cell["buyingStage"]["marketingName"], cell["buyingStage"]["salesName"])
        for cell in answer["cells"][:4]
    ] == [
        ("awareness", "Attract", None),
        ("consideration", "Educate", "Qualify"),
        ("decision", "Convince", "Propose and negotiate"),
        ("purchase", None, "Close and roll out"),
    ]
    worth = [cell["influencedRevenue"] for cell in answer["cells"][:4]]
    assert [money["amount"] for money in worth] == ["2446958.375", "1662429.075", "428850", "1165031.875"]
    assert {money["currencyCode"] for money in worth} == {"USD"}
    assert answer["excluded"] == []


async def test_influence(demo: Demo) -> None:
    answer = await demo.example("influence", asOf=AS_OF)
    revenue, pipeline, opportunities = answer["revenue"], answer["pipeline"], answer["opportunities"]
    assert revenue["value"] == {"number": "2949313.375", "unit": "MONEY", "currencyCode": "USD"}
    assert by_group(revenue, "key") == {
        "trade_show": "2482529.075",
        "webinar": "2144513.375",
        "organic_search": "2144229.075",
        "paid_search": "1992589.3",
        "partner": "1503576.875",
        "outbound": "1265886.5",
        "referral": "1196386.5",
    }
    assert pipeline["value"]["number"] == "2376026.2"
    assert list(by_group(pipeline).items())[:3] == [
        ("Warehouse letter", "2202326.2"),
        ("One shift with AisleMap", "1484845.65"),
        ("The warehouse blind spot report", "1284155.95"),
    ]
    assert opportunities["value"]["number"] == "124"
    assert list(by_group(opportunities).items())[:3] == [
        ("What a lost pallet really costs", "54"),
        ("Payback calculator for warehouse sensors", "48"),
        ("Case study: Corvid Parcel turns docks 18% faster", "46"),
    ]
    for one in (revenue, pipeline, opportunities):
        assert (one["overlapping"], one["excluded"]) == (True, [])
