"""Examples of metrics of the funnel and the pipeline: each answers what it promises."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from resolvers.metrics.catalogue import CATALOGUE
from tests.journeys.conftest import FoundDemo
from tests.journeys.examples import AS_OF, Demo


@pytest.fixture(scope="module")
async def demo(found_demo: FoundDemo) -> Demo:
    return await found_demo()


def numbers(parts: list[Any]) -> list[str | None]:
    return [part["value"]["number"] for part in parts]


async def test_funnel(demo: Demo) -> None:
    answer = await demo.example("funnel", asOf=AS_OF)
    steps = answer["funnel"]["steps"]
    assert [(step["stage"]["key"], step["reached"], step["stepRate"]) for step in steps] == [
        ("inquiry", 398, None),
        ("mql", 302, "0.758794"),
        ("sal", 234, "0.774834"),
        ("sql", 144, "0.615385"),
        ("won", 36, "0.25"),
    ]
    assert [step["overallRate"] for step in steps] == ["1", "0.758794", "0.58794", "0.361809", "0.090452"]
    assert [step["medianDays"] for step in steps] == [None, "2.843652", "3.579844", "9.973385", "47.787118"]
    stays = {
        stay["stage"]["key"]: (stay["journeys"], stay["open"], stay["medianDays"]) for stay in answer["stageDuration"]
    }
    assert (stays["sal"], stays["renewal_terms"], stays["won"]) == (
        (190, 44, "10.973542"),
        (1, 1, "12.9625"),
        (0, 40, None),
    )


async def test_close_rate(demo: Demo) -> None:
    answer = (await demo.example("close-rate", asOf=AS_OF))["metric"]
    assert (answer["value"]["number"], answer["numerator"], answer["denominator"]) == ("0.09", "36", "400")
    quarters = [(part["numerator"], part["denominator"]) for part in answer["series"]]
    assert quarters == [("11", "53"), ("12", "84"), ("11", "110"), ("2", "153")]
    groups = {group["dimensions"][0]["label"]: (group["numerator"], group["denominator"]) for group in answer["groups"]}
    assert groups == {
        "Partner": ("5", "28"),
        "Organic search": ("11", "105"),
        "Paid search": ("8", "80"),
        "Customer referral": ("2", "22"),
        "Trade show": ("4", "47"),
        "Webinar": ("3", "45"),
        "Outbound call": ("3", "50"),
        None: ("0", "23"),
    }
    assert answer["drillDown"] == {"totalCount": 36, "nodes": [{"company": "Galway Bay Biologics"}]}


async def test_activity(demo: Demo) -> None:
    answer = await demo.example("activity", asOf=AS_OF)
    touchpoints, cost, entries = (answer[name] for name in ("touchpoints", "cost", "entries"))
    by_channel = {group["dimensions"][0]["label"]: group["value"]["number"] for group in touchpoints["groups"]}
    assert by_channel == {
        None: "1043",
        "Paid search": "72",
        "Organic search": "64",
        "Trade show": "56",
        "Webinar": "47",
        "Outbound call": "37",
        "Partner": "12",
        "Customer referral": "11",
    }
    assert touchpoints["value"]["number"] == str(sum(map(int, by_channel.values()))) == "1342"
    by_activity = {
        group["dimensions"][0]["label"]: group["value"]["number"] for group in answer["activities"]["groups"]
    }
    assert (len(by_activity), by_activity[None], by_activity["Calls to the wish list"]) == (8, "1230", "19")
    assert answer["activities"]["value"]["number"] == str(sum(map(int, by_activity.values())))
    assert cost["value"] == {"number": "273.39", "currencyCode": "USD"}
    assert (numbers(cost["series"]), cost["excluded"]) == (["94.11", "87.4", "91.88"], [])
    by_stage = {group["dimensions"][0]["key"]: group["value"]["number"] for group in entries["groups"]}
    assert (by_stage["inquiry"], by_stage["mql"], by_stage["won"], by_stage["lost"]) == ("153", "120", "13", "9")
    assert entries["value"]["number"] == str(sum(map(int, by_stage.values()))) == "614"


async def test_windows(demo: Demo) -> None:
    cells = (await demo.example("windows", asOf=AS_OF))["metrics"]
    assert [cell["window"] for cell in cells[:4]] == [
        "LAST_30_DAYS",
        "LAST_90_DAYS",
        "LAST_12_MONTHS",
        "LAST_24_MONTHS",
    ]
    assert numbers(cells) == ["32", "146", "400", "400", "0.857143", "0.619048", "0.56338", "0.56338"]
    assert [cell["denominator"] for cell in cells] == [None, None, None, None, "7", "21", "71", "71"]


async def test_metric_catalogue(demo: Demo) -> None:
    entries = (await demo.example("metric-catalogue"))["metricCatalogue"]
    assert [entry["key"] for entry in entries] == sorted(CATALOGUE)
    (win_rate,) = (entry for entry in entries if entry["key"] == "WIN_RATE")
    assert win_rate["formula"] == "Won opportunities ÷ (won + lost opportunities), by the date of closing."
    assert (win_rate["unit"], win_rate["better"], win_rate["owner"], win_rate["version"]) == ("RATIO", "MORE", None, 1)
    assert {"TEAM", "PIPELINE", "LOST_REASON"} <= set(win_rate["dimensions"])


async def test_metric_series(demo: Demo) -> None:
    everybody = (await demo.example("metric-series", asOf=AS_OF))["all"]
    assert everybody["value"] == {"number": "2949313.375", "currencyCode": "USD"}
    teams = {group["dimensions"][0]["label"]: group for group in everybody["groups"]}
    assert {name: group["value"]["number"] for name, group in teams.items()} == {
        "New Business": "1972513.375",
        "Key Accounts": "959700",
        "Ferri Integrations": "17100",
    }
    months = numbers(everybody["series"])
    assert (len(months), months[:5], months[-1]) == (12, ["0", "0", "0", "376700", "383426.875"], "542702.2")
    key = teams["Key Accounts"]["dimensions"][0]["key"]
    of_team = (await demo.example("metric-series", asOf=AS_OF, teams=[key]))["team"]
    assert (of_team["value"]["number"], len(of_team["series"])) == ("959700", 4)


async def test_scorecard(demo: Demo) -> None:
    answer = await demo.example("scorecard", asOf=AS_OF)
    cells = {(cell["definition"]["key"], cell["window"]): cell["value"]["number"] for cell in answer["metrics"]}
    assert len(cells) == 16
    assert all(cell["excluded"] == [] for cell in answer["metrics"])
    assert cells["WON_AMOUNT", "LAST_QUARTER"] == "940302.2"
    assert cells["CLOSE_RATE", "LAST_12_MONTHS"] == "0.09"
    assert cells["COST_PER_LEAD", "LAST_QUARTER"] == "109.443333"
    assert cells["OPEN_PIPELINE", "LAST_QUARTER"] == cells["OPEN_PIPELINE", "LAST_12_MONTHS"] == "2376026.2"
    assert answer["pipelineVelocity"] == {
        "perDay": {"amount": "51310.533608", "currencyCode": "USD"},
        "openOpportunities": "53",
        "winRate": "0.56338",
        "averageDealSize": "73732.834375",
        "cycleDays": "42.90735",
        "excluded": [],
    }


async def test_romi(demo: Demo) -> None:
    answer = await demo.example("romi", asOf=AS_OF)
    by_channel, by_campaign, revenue, spend = (answer[name] for name in ("byChannel", "byCampaign", "revenue", "spend"))
    returns = {group["dimensions"][0]["key"]: group["value"]["number"] for group in by_channel["groups"]}
    assert returns == {
        None: "155.258595",
        "organic_search": "8.073452",
        "outbound": "5.631641",
        "webinar": "2.441602",
        "partner": "1.656118",
        "paid_search": "0.950602",
        "trade_show": "-0.28689",
        "referral": None,
    }
    # 2,949,313.375 × 0.62 − 203,621.77: every opportunity that was won had a touchpoint.
    assert (revenue["value"]["number"], spend["value"]["number"]) == ("2949313.375", "203621.77")
    for found in (by_channel, by_campaign):
        assert found["value"] == {"number": "7.980249", "unit": "RATIO", "currencyCode": None}
        assert (found["numerator"], found["denominator"], found["excluded"]) == ("1624952.5225", "203621.77", [])
    assert numbers(by_channel["series"]) == ["-1", "6.120371", "78.061769", "33.815962"]
    assert sum(Decimal(number or 0) for number in numbers(revenue["groups"])) == Decimal("2949313.375")
    (fair,) = (one for one in by_campaign["groups"] if one["dimensions"][0]["label"] == "LogiTrade Rotterdam")
    assert (fair["value"]["number"], fair["numerator"], fair["denominator"]) == ("-0.411727", "-27024.5222", "65637")
    assert by_channel["drillDown"]["totalCount"] == 665
    last = {"kind": "EMAIL", "subject": "The offer", "campaign": None}
    assert by_channel["drillDown"]["nodes"][0] == last
