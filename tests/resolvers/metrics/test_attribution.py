"""Attributed revenue and its return over random deals, touches and costs, against an oracle; and one by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import workspace_transaction
from tests.conftest import WorkspaceFactory
from tests.factories.goal import joint_goal
from tests.oracle.desk import Desk, desk
from tests.oracle.metrics.attribution import credited
from tests.oracle.metrics.facts import Span
from tests.oracle.profile import examples
from tests.oracle.rows import World
from tests.resolvers.metrics.deals import Company, company, moment, steps
from tests.resolvers.metrics.reading import METRIC
from tests.resolvers.metrics.spending import Cost, Spending, day, spending
from tests.resolvers.metrics.winning import QUARTER, TICK, Touch, Win, touches, wins, write

USUAL: dict[str, Any] = {"period": {"window": "ALL_TIME"}, "groupBy": [], "asOf": moment(12).isoformat()}
NOTHING = Spending(((Cost(None, "USD", 0), 0), (Cost(None, "USD", None), 0)), ())
BY_NAME = frozenset({"opportunity"})
MILLISECOND = timedelta(milliseconds=1)
CLOSE = Decimal("0.00001")
"""Answers have six decimals, groups too."""


@pytest.fixture(scope="session")
async def seller(engine: AsyncEngine, make_workspace: WorkspaceFactory) -> tuple[AsyncEngine, Company]:
    made = await make_workspace(time_zone="America/Havana", margin_rate=Decimal("0.37"))
    async with workspace_transaction(engine, made.id) as connection:
        return engine, await company(connection, made.id)


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    first, last = sorted((draw(steps), draw(steps)))
    named = {"from": day(first).isoformat(), "to": day(last).isoformat()}
    asked: dict[str, Any] = {
        "key": draw(st.sampled_from(("ATTRIBUTED_REVENUE", "ROMI"))),
        "period": draw(st.sampled_from((named, {"window": "ALL_TIME"}))),
        "asOf": moment(draw(st.just(12) | steps)).isoformat(),
        "groupBy": draw(st.lists(st.sampled_from(("CHANNEL", "CAMPAIGN")), unique=True)),
        "grain": None,
    }
    if "from" in asked["period"]:
        asked["grain"] = draw(st.none() | st.sampled_from(("MONTH", "QUARTER")))
    keys = draw(st.none() | st.lists(st.sampled_from(("search", "fair", None)), max_size=2, unique=True))
    if keys is not None:
        asked["filter"] = [{"dimension": "CHANNEL", "keys": keys}]
    return asked


@given(won=wins, touched=touches, costs=spending, asked=st.lists(questions(), min_size=1, max_size=3))
@examples(40)
async def test_any_touches(
    seller: tuple[AsyncEngine, Company],
    won: list[Win],
    touched: list[Touch],
    costs: Spending,
    asked: list[dict[str, Any]],
) -> None:
    engine, made = seller
    async with desk(engine, made.workspace_id) as at:
        await write(at.connection, made, await costs.write(at.connection, made), won, touched)
        world = await at.world()
        for question in asked:
            await at.ask(METRIC, USUAL | question, world)


@given(won=wins, touched=touches)
@examples(25)
async def test_parts_sum_to_the_amount(
    seller: tuple[AsyncEngine, Company], won: list[Win], touched: list[Touch]
) -> None:
    """The server's total is that of whole amounts, whatever their parts; groups add up to it."""
    engine, made = seller
    async with desk(engine, made.workspace_id) as at:
        await write(at.connection, made, await NOTHING.write(at.connection, made), won, touched)
        answer = await _asked(at, "ATTRIBUTED_REVENUE", groupBy=["CHANNEL", "CAMPAIGN"])
        total = Decimal(answer["value"]["number"])
        assert abs(sum(Decimal(group["value"]["number"]) for group in answer["groups"]) - total) < CLOSE
        assert not answer["overlapping"]
        assert abs(total - _whole_amounts(await at.world())) < CLOSE


def _whole_amounts(world: World) -> Decimal:
    """What the opportunities are worth, in the workspace's currency, of which the oracle knows a touch."""
    parts: dict[Any, Fraction] = {}
    for one in credited(world, Span(moment(-1), moment(12), moment(12))):
        if one.numbers["amount"] is not None:
            parts[one.numbers["whole"]] = parts.get(one.numbers["whole"], Fraction(0)) + one.numbers["amount"]
    for key, together in parts.items():
        opportunity = world.get("opportunity", key)
        assert opportunity is not None
        if opportunity["currency_code"] == "USD":
            assert together == opportunity["amount"]
    total = sum(parts.values(), Fraction(0))
    return Decimal(total.numerator) / total.denominator


@given(won=wins, touched=touches, data=st.data())
@examples(15)
async def test_voids_were_never_and_the_order_of_arrival_does_not_matter(
    seller: tuple[AsyncEngine, Company], won: list[Win], touched: list[Touch], data: st.DataObject
) -> None:
    """Times are made to differ: touches at the same moment are told apart by their ids, which follow their arrival."""
    engine, made = seller
    apart = [replace(one, before=one.before + place * MILLISECOND) for place, one in enumerate(touched)]
    happened = [one for one in apart if not one.void]
    answers = []
    for variant in (apart, data.draw(st.permutations(happened))):
        async with desk(engine, made.workspace_id) as at:
            await write(at.connection, made, await NOTHING.write(at.connection, made), won, list(variant))
            answer = await _asked(at, "ATTRIBUTED_REVENUE", groupBy=["CHANNEL"])
            answers.append((answer["value"], answer["groups"], answer["excluded"]))
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("before", "counts"),
    [(-TICK, False), (timedelta(), True), (QUARTER - TICK, True), (QUARTER, False)],
)
async def test_the_edges_of_the_lookback(seller: tuple[AsyncEngine, Company], before: timedelta, counts: bool) -> None:
    """A touch at the very closing counts; one that is exactly 90 days old does not."""
    engine, made = seller
    async with desk(engine, made.workspace_id) as at:
        campaigns = await NOTHING.write(at.connection, made)
        await write(at.connection, made, campaigns, [Win(10, 1_000_000)], [Touch(0, BY_NAME, before, 0)])
        answer = await _asked(at, "ATTRIBUTED_REVENUE")
        assert answer["value"]["number"] == ("100" if counts else "0")


BEHIND = """
query ($goal: ID!, $group: [MetricFilterInput!], $asOf: DateTime!) {
  jointGoal(id: $goal) { progress(asOf: $asOf) { actual { number unit } excluded } }
  metrics(keys: [SPEND, ROMI], windows: [ALL_TIME], asOf: $asOf) { value { number } numerator denominator }
  metric(key: ROMI, period: { window: ALL_TIME }, asOf: $asOf) {
    all: drillDown(side: NUMERATOR, first: 9) { totalCount nodes { __typename id } }
    fair: drillDown(side: NUMERATOR, group: $group, first: 9) { nodes { id } }
    paid: drillDown(side: DENOMINATOR, first: 9) { nodes { __typename } }
  }
}"""


async def test_by_hand(seller: tuple[AsyncEngine, Company]) -> None:
    """100.005 dollars in three parts: 33.345 to the first and 33.33 to the others; 0.37 of each is left.

    The campaign on the channel `search` cost 20 dollars. The second deal has no rate, the third no touch.
    """
    engine, made = seller
    costs = Spending(((Cost(2_000, "USD", 0), 1), (Cost(None, "USD", 1), 1)), ())
    won = [Win(9, 1_000_050), Win(9, 1_000_000, "CHF"), Win(9, 5_000_000)]
    touched = [
        # Its own channel does not count, since its campaign has paid for it. The second deal came of the first one's lead.
        Touch(0, frozenset({"opportunity", "lead"}), timedelta(days=3), 1, 0),
        Touch(0, BY_NAME, timedelta(days=2), 0, 1),
        Touch(0, BY_NAME, timedelta(days=1)),
        Touch(1, BY_NAME, timedelta(days=1), 0),
    ]
    async with desk(engine, made.workspace_id) as at:
        ids = await write(at.connection, made, await costs.write(at.connection, made), won, touched)
        revenue, returned = [await _asked(at, key, groupBy=["CHANNEL"]) for key in ("ATTRIBUTED_REVENUE", "ROMI")]
        assert revenue["value"] == {"number": "100.005", "unit": "MONEY", "currencyCode": "USD"}
        assert _groups(revenue) == {"search": "33.345", "fair": "33.33", None: "33.33"}
        assert returned["value"] == {"number": "0.850093", "unit": "RATIO", "currencyCode": None}
        assert (returned["numerator"], returned["denominator"]) == ("17.00185", "20")
        assert _groups(returned) == {"search": "-0.383118", "fair": None, None: None}
        assert revenue["excluded"] == returned["excluded"] == [{"currencyCode": "CHF", "count": 1}]

        span = {"starts_on": day(0), "ends_on": day(12)}
        goal = await joint_goal(at.connection, made.workspace_id, metric="ROMI", target=Decimal(1), **span)
        fair = [{"dimension": "CHANNEL", "keys": ["fair"]}]
        found = await at.served(BEHIND, {"goal": f"goal_{goal}", "group": fair, "asOf": USUAL["asOf"]})
        assert found["jointGoal"]["progress"] == {"actual": {"number": "0.850093", "unit": "RATIO"}, "excluded": 1}
        assert found["metrics"][1] == {"value": {"number": "0.850093"}, "numerator": "17.00185", "denominator": "20"}
        behind = found["metric"]
        # The last has a part in the deal alone that has no rate, so that it added nothing.
        assert behind["all"]["totalCount"] == 3
        assert {one["id"] for one in behind["all"]["nodes"]} == {f"touch_{key}" for key in ids[:3]}
        assert behind["fair"]["nodes"] == [{"id": f"touch_{ids[1]}"}]
        assert behind["paid"]["nodes"] == [{"__typename": "Campaign"}]


async def test_nothing_spent_has_no_return(seller: tuple[AsyncEngine, Company]) -> None:
    engine, made = seller
    async with desk(engine, made.workspace_id) as at:
        campaigns = await NOTHING.write(at.connection, made)
        await write(at.connection, made, campaigns, [Win(9, 1_000_000)], [Touch(0, BY_NAME, TICK)])
        answer = await _asked(at, "ROMI")
        assert (answer["value"]["number"], answer["numerator"], answer["denominator"]) == (None, "37", "0")


def _groups(answer: Any) -> dict[str | None, str | None]:
    return {group["dimensions"][0]["key"]: group["value"]["number"] for group in answer["groups"]}


async def _asked(at: Desk, key: str, **asked: Any) -> Any:
    return (await at.ask(METRIC, USUAL | {"key": key} | asked))["metric"]
