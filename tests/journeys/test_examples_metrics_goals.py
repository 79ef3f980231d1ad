"""Examples of joint goals as they stand, and of every metric as a goal."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import workspace_transaction
from resolvers.metrics.catalogue import CATALOGUE
from tests.factories.goal import joint_goal
from tests.journeys.conftest import FoundDemo
from tests.journeys.examples import AS_OF, Demo

NO_PARTS = {"total": 0, "byStatus": [], "parts": 0, "partsTarget": None, "gap": None}


@pytest.fixture(scope="module")
async def demo(found_demo: FoundDemo) -> Demo:
    return await found_demo()


async def test_goals_progress(demo: Demo) -> None:
    goals = (await demo.example("goals-progress", asOf=AS_OF))["goals"]
    assert [(one["status"], one["pace"], one["goal"]["name"]) for one in goals] == [
        ("AT_RISK", "0.723573", "Win 180,000 of it through fairs and webinars"),
        ("NOT_MEASURABLE", None, "Sales accepts four hand-offs of five"),
        ("ON_TRACK", "0.946538", "Win two deals of three"),
        ("ON_TRACK", "0.975267", "Cheaper leads from paid search"),
        ("ON_TRACK", "1.023236", "No content that nobody uses"),
        ("ON_TRACK", "1.065549", "Win four million in a year"),
        ("ON_TRACK", "1.267214", "Double the open pipeline"),
        ("MET", "1.5", "Every seller works with the library"),
        ("MET", "1.533814", "Twice the pipeline from search and webinars"),
        ("MET", "1.666668", "Win more of the key accounts"),
    ]


async def test_a_joint_goal_has_two_owners_a_budget_and_a_pace(demo: Demo) -> None:
    goals = (await demo.example("goals-progress", asOf=AS_OF))["goals"]
    (won,) = (one for one in goals if one["goal"]["name"] == "Win four million in a year")
    goal = won.pop("goal")
    assert won == {
        "status": "ON_TRACK",
        "problem": None,
        "definition": {"name": "Won amount", "better": "MORE"},
        "actual": {"number": "2136936.5", "unit": "MONEY", "currencyCode": "USD"},
        "excluded": 0,
        "baseline": "0",
        "target": "4000000",
        "attainment": "0.534234",
        "elapsed": "0.50137",
        "onTrackValue": "2005479.452055",
        "pace": "1.065549",
        "projected": "4262195.751366",
        "requiredPerDay": "10236.612637",
        "daysLeft": "182",
    }
    assert goal == {
        "name": "Win four million in a year",
        "metric": "WON_AMOUNT",
        "filters": {},
        "factor": None,
        "startsOn": "2026-04-01",
        "endsOn": "2027-04-01",
        "marketingOwner": {"name": "Priya Raman"},
        "salesOwner": {"name": "Marcus Oyelaran"},
        "budget": {"name": "Growth budget 2026", "amount": {"amount": "240000", "currencyCode": "USD"}},
        "rollUp": {
            "total": 1,
            "byStatus": [{"status": "AT_RISK", "count": 1}],
            "parts": 1,
            "partsTarget": "180000",
            "gap": "3820000",
        },
        "pipelineCoverage": {
            "ratio": "1.248791",
            "open": "2326576.2",
            "won": "2136936.5",
            "left": "1863063.5",
            "currencyCode": "USD",
        },
    }


async def test_a_goal_doubles_and_one_is_sliced_by_channel(demo: Demo) -> None:
    goals = (await demo.example("goals-progress", asOf=AS_OF))["goals"]
    doubled, sliced = goals[6], goals[8]
    assert [(one["baseline"], one["goal"]["factor"], one["target"]) for one in (doubled, sliced)] == [
        ("1250000", "2", "2500000"),
        ("520000", "2", "1040000"),
    ]
    assert sliced["goal"]["filters"] == {"CHANNEL": ["organic_search", "paid_search", "webinar"]}
    assert [one["actual"]["number"] for one in (doubled, sliced)] == ["2376026.2", "1196374.6"]
    assert doubled["goal"]["rollUp"] == {
        "total": 8,
        "byStatus": [
            {"status": "AT_RISK", "count": 1},
            {"status": "NOT_MEASURABLE", "count": 2},
            {"status": "ON_TRACK", "count": 3},
            {"status": "MET", "count": 2},
        ],
        "parts": 1,
        "partsTarget": "1040000",
        "gap": "1460000",
    }
    assert sliced["goal"]["rollUp"] == NO_PARTS | {"total": 1, "byStatus": [{"status": "ON_TRACK", "count": 1}]}


async def test_less_is_better_of_costs(demo: Demo) -> None:
    (goal,) = (
        one
        for one in (await demo.example("goals-progress", asOf=AS_OF))["goals"]
        if one["goal"]["metric"] == "COST_PER_LEAD"
    )
    assert goal["definition"] == {"name": "Cost per lead", "better": "LESS"}
    # From 480 down to 384: half of the way should be gone.
    assert (goal["onTrackValue"], goal["actual"]["number"], goal["status"]) == ("432", "442.955625", "ON_TRACK")
    assert (goal["attainment"], goal["projected"], goal["requiredPerDay"]) == ("0.385879", "442.955625", "-0.161522")


async def test_a_goal_on_a_metric_that_is_not_there_says_so(demo: Demo) -> None:
    (goal,) = (await demo.example("goals-progress", asOf=AS_OF, status=["NOT_MEASURABLE"]))["goals"]
    assert goal["problem"] == "There is no metric ACCEPTANCE_RATE."
    assert (goal["actual"], goal["definition"], goal["attainment"], goal["pace"]) == (None, None, None, None)
    assert (goal["baseline"], goal["target"], goal["onTrackValue"]) == ("0.78", "0.8", "0.793333")


GOALS = """query ($asOf: DateTime!, $after: String) {
  jointGoals(first: 100, after: $after, filter: { name: { startsWith: "As a goal: " } }) {
    nodes { metric filters progress(asOf: $asOf) { problem actual { number unit currencyCode } excluded } }
    pageInfo { hasNextPage endCursor }
  }
}"""
METRIC = """query ($key: MetricKey!, $filter: [MetricFilterInput!]!, $asOf: DateTime!) {
  metric(key: $key, filter: $filter, period: { from: "2026-01-01", to: "2026-12-15" }, asOf: $asOf) {
    value { number unit currencyCode } excluded { count }
  }
}"""


async def test_every_metric_has_the_same_number_as_a_goal(found_demo: FoundDemo, engine: AsyncEngine) -> None:
    """With no filter, and with each of its dimensions: where that is missing."""
    demo = await found_demo()
    async with workspace_transaction(engine, demo.workspace.id) as connection:
        for key, metric in CATALOGUE.items():
            for filters in ({}, *({str(dimension): [None]} for dimension in metric.dimensions)):
                days = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 15)}
                values = {"name": f"As a goal: {key}", "metric": key, "filters": filters, "target": Decimal(1)}
                await joint_goal(connection, demo.workspace.id, **values, **days)
    goals = [goal async for goal in _goals(demo)]
    assert len(goals) == sum(1 + len(metric.dimensions) for metric in CATALOGUE.values())
    for goal in goals:
        narrowed = [{"dimension": dimension, "keys": keys} for dimension, keys in goal["filters"].items()]
        asked = {"key": goal["metric"], "filter": narrowed, "asOf": AS_OF}
        answer = (await demo.client.data(METRIC, asked))["metric"]
        excluded = sum(one["count"] for one in answer["excluded"])
        expected = {"problem": None, "actual": answer["value"], "excluded": excluded}
        assert goal == {"metric": goal["metric"], "filters": goal["filters"], "progress": expected}


async def _goals(demo: Demo) -> Any:
    after = None
    while True:
        page = (await demo.client.data(GOALS, {"asOf": AS_OF, "after": after}))["jointGoals"]
        for goal in page["nodes"]:
            yield goal
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]
