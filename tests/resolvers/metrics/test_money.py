"""Metrics of money over random costs and deals, against an oracle that looks at every row; and rates by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import workspace_transaction
from db.models import ExchangeRate
from tests.conftest import WorkspaceFactory
from tests.factories.base import add
from tests.factories.touchpoint import touchpoint
from tests.oracle.desk import Desk, desk
from tests.oracle.profile import examples
from tests.resolvers.metrics.deals import Company, Deal, company, deals, moment, steps
from tests.resolvers.metrics.reading import METRIC
from tests.resolvers.metrics.spending import Cost, Spending, day, spending

ZONE = "America/Havana"
"""Where the clocks go back at one in the morning, so that a day begins at the first of two midnights."""
USUAL = {"period": {"window": "ALL_TIME"}, "groupBy": [], "asOf": moment(12).isoformat()}


@pytest.fixture(scope="session")
async def spender(engine: AsyncEngine, make_workspace: WorkspaceFactory) -> tuple[AsyncEngine, Company]:
    made = await make_workspace(time_zone=ZONE)
    async with workspace_transaction(engine, made.id) as connection:
        return engine, await company(connection, made.id)


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """What something cost, over some period as of some moment, taken apart and filtered somehow."""
    first, last = sorted((draw(steps), draw(steps)))
    named = {"from": day(first).isoformat(), "to": day(last).isoformat()}
    asked: dict[str, Any] = {
        "key": draw(st.sampled_from(("SPEND", "COST_PER_LEAD", "COST_PER_SQL", "CAC"))),
        "period": draw(st.sampled_from((named, {"window": "ALL_TIME"}))),
        "asOf": moment(draw(steps)).isoformat(),
        "groupBy": draw(st.lists(st.sampled_from(("CHANNEL", "CAMPAIGN")), unique=True)),
        "grain": None,
    }
    if "from" in asked["period"]:
        asked["grain"] = draw(st.none() | st.sampled_from(("MONTH", "QUARTER")))
    keys = draw(st.none() | st.lists(st.sampled_from(("search", "fair", None)), max_size=2, unique=True))
    if keys is not None:
        asked["filter"] = [{"dimension": "CHANNEL", "keys": keys}]
    return asked


@given(written=deals, costs=spending, asked=st.lists(questions(), min_size=1, max_size=3))
@examples(25)
async def test_any_costs(
    spender: tuple[AsyncEngine, Company], written: list[Deal], costs: Spending, asked: list[dict[str, Any]]
) -> None:
    engine, made = spender
    async with desk(engine, made.workspace_id) as at:
        await made.write(at.connection, written)
        await costs.write(at.connection, made)
        world = await at.world()
        for question in asked:
            await at.ask(METRIC, USUAL | question, world)


@given(costs=spending)
@examples(15)
async def test_spend_of_all_channels_adds_up(spender: tuple[AsyncEngine, Company], costs: Spending) -> None:
    engine, made = spender
    async with desk(engine, made.workspace_id) as at:
        await costs.write(at.connection, made)
        answer = await _spend(at, groupBy=["CHANNEL"])
        groups = [Decimal(group["value"]["number"]) for group in answer["groups"]]
        assert sum(groups) == Decimal(answer["value"]["number"])


async def _spend(at: Desk, **asked: Any) -> Any:
    return (await at.ask(METRIC, USUAL | {"key": "SPEND"} | asked))["metric"]


amounts = st.decimals(0, 10**9, places=2)
rates = st.decimals("0.000001", 10_000, places=6)
BEGINS = date(2026, 3, 8)


@given(amount=amounts, rate=rates, later=rates, day=st.integers(-3, 6), code=st.sampled_from(("USD", "EUR")))
@examples(25)
async def test_an_amount_counts_at_the_rate_of_its_day_and_not_before_there_is_one(
    spender: tuple[AsyncEngine, Company], amount: Decimal, rate: Decimal, later: Decimal, day: int, code: str
) -> None:
    """One rate is in force from ``BEGINS`` on, another from three days later on; dollars need none."""
    engine, made = spender
    on = BEGINS + timedelta(days=day)
    # The last moment of the day: a day of the workspace, not of UTC.
    at_night = moment(0).astimezone(ZoneInfo(ZONE)).replace(month=on.month, day=on.day, hour=23, minute=59)
    async with desk(engine, made.workspace_id) as at:
        await at.connection.execute(delete(ExchangeRate).where(ExchangeRate.workspace_id == made.workspace_id))
        for valid_from, value in ((BEGINS, rate), (BEGINS + timedelta(days=3), later)):
            row = {"base_code": "EUR", "quote_code": "USD", "valid_from": valid_from, "rate": value}
            await add(at.connection, ExchangeRate, {"workspace_id": made.workspace_id}, **row)
        values = {"occurred_at": at_night, "cost": amount, "currency_code": code}
        await touchpoint(at.connection, made.workspace_id, **values)
        answer = await _spend(at)
    unrated = code == "EUR" and day < 0
    factor = Decimal(1) if code == "USD" else Decimal(0) if unrated else rate if day < 3 else later
    assert abs(Decimal(answer["value"]["number"]) - amount * factor) <= Decimal("0.0000005")
    assert answer["excluded"] == ([{"currencyCode": "EUR", "count": 1}] if unrated else [])


async def test_what_a_campaign_costs_is_spent_on_the_day_it_begins(spender: tuple[AsyncEngine, Company]) -> None:
    """Its touchpoints cost nothing besides; a campaign that nobody knows the beginning of counts nowhere."""
    engine, made = spender
    dollars, more = Cost(100, "USD", 0), Cost(5_000, "USD", 1)
    costs = Spending(((dollars, 1), (more, None)), ((more, 1, 0, False), (more, 1, None, True), (more, 2, None, False)))
    begins = day(1)
    async with desk(engine, made.workspace_id) as at:
        await costs.write(at.connection, made)
        span = {"from": begins.isoformat(), "to": (begins + timedelta(days=1)).isoformat()}
        assert (await _spend(at, period=span))["value"]["number"] == "1"
        before = {"from": (begins - timedelta(days=9)).isoformat(), "to": begins.isoformat()}
        assert (await _spend(at, period=before))["value"]["number"] == "0"
        assert (await _spend(at))["value"]["number"] == "51"


async def test_costs_can_be_looked_at(spender: tuple[AsyncEngine, Company]) -> None:
    """Behind spend are campaigns and touchpoints, the latest first; behind the cost of a customer accounts too."""
    engine, made = spender
    dollars = Cost(100, "USD", 0)
    costs = Spending(((dollars, 1), (Cost(None, "USD", 0), 1)), ((dollars, 2, None, False),))
    document = """query ($key: MetricKey!, $side: Side) { metric(key: $key, period: { window: ALL_TIME }) {
      drillDown(first: 5, side: $side) { totalCount nodes { __typename } }
    } }"""
    async with desk(engine, made.workspace_id) as at:
        await costs.write(at.connection, made)
        found = await at.served(document, {"key": "SPEND"})
        assert [one["__typename"] for one in found["metric"]["drillDown"]["nodes"]] == ["Touchpoint", "Campaign"]
        won = Deal(None, 0, True, 0, 0, 0, 100, "USD", frozenset(), "won", (("discovery", 1), ("won", 2)))
        await made.write(at.connection, [won, won])
        found = await at.served(document, {"key": "CAC", "side": "DENOMINATOR"})
        assert found["metric"]["drillDown"] == {"totalCount": 1, "nodes": [{"__typename": "Account"}]}
