"""Metrics of leads and opportunities over random deals, against an oracle that looks at every row."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import workspace_transaction
from resolvers.metrics import duration, entries, leads, opportunities
from tests.conftest import WorkspaceFactory
from tests.oracle.desk import desk
from tests.oracle.profile import examples
from tests.resolvers.metrics.asking import keyed, questions
from tests.resolvers.metrics.deals import Company, Deal, company, deals, moment
from tests.resolvers.metrics.reading import METRIC

KEYS = sorted(metric.key for family in (duration, entries, leads, opportunities) for metric in family.METRICS)


class Book:
    """A workspace in which deals can be tried; its year begins in March, its clocks change in spring."""

    def __init__(self, engine: AsyncEngine, made: Company) -> None:
        self.engine, self.company = engine, made

    async def ask(self, written: list[Deal], *questions: dict[str, Any]) -> list[Any]:
        """The server's answers, which must be the oracle's."""
        async with desk(self.engine, self.company.workspace_id) as asked:
            await self.company.write(asked.connection, written)
            world = await asked.world()
            usual = {"period": {"window": "ALL_TIME"}, "groupBy": [], "asOf": moment(12).isoformat()}
            given = [usual | keyed(self.company, question) for question in questions]
            return [(await asked.ask(METRIC, variables, world))["metric"] for variables in given]


@pytest.fixture(scope="session")
async def book(engine: AsyncEngine, make_workspace: WorkspaceFactory) -> Book:
    made = await make_workspace(time_zone="America/New_York", fiscal_year_start_month=3)
    async with workspace_transaction(engine, made.id) as connection:
        return Book(engine, await company(connection, made.id))


@given(written=deals, asked=st.lists(questions(KEYS), min_size=1, max_size=4))
@examples(40)
async def test_any_deals(book: Book, written: list[Deal], asked: list[dict[str, Any]]) -> None:
    await book.ask(written, *asked)


@given(written=deals, key=st.sampled_from(("WON_AMOUNT", "WON_OPPORTUNITIES", "LEADS_RECEIVED", "OPEN_PIPELINE")))
@examples(15)
async def test_groups_of_dimensions_with_one_value_add_up(book: Book, written: list[Deal], key: str) -> None:
    (answer,) = await book.ask(written, {"key": key, "groupBy": ["OWNER", "TIER"]})
    total = sum(Decimal(group["value"]["number"]) for group in answer["groups"])
    assert total == Decimal(answer["value"]["number"])
    assert not answer["overlapping"]


@given(
    written=deals.filter(lambda deals: len({step for deal in deals for _, step in deal.entries}) > 0), data=st.data()
)
@examples(15)
async def test_the_order_of_arrival_matters_to_ties_alone(book: Book, written: list[Deal], data: st.DataObject) -> None:
    """Entries with times of their own may arrive in any order."""
    apart = [
        replace(deal, entries=tuple({step: (stage, step) for stage, step in deal.entries}.values()), void=frozenset())
        for deal in written
    ]
    shuffled = [replace(deal, entries=tuple(data.draw(st.permutations(deal.entries)))) for deal in apart]
    asked = [{"key": key, "groupBy": ["TEAM"]} for key in ("WIN_RATE", "OPEN_PIPELINE", "SALES_CYCLE_DAYS")]
    assert await book.ask(apart, *asked) == await book.ask(shuffled, *asked)


VELOCITY = """
query ($filter: [MetricFilterInput!], $asOf: DateTime!) {
  pipelineVelocity(filter: $filter, asOf: $asOf) {
    perDay { amount currencyCode } openOpportunities winRate averageDealSize cycleDays excluded { currencyCode count }
  }
}"""


@given(written=deals, tier=st.none() | st.sampled_from(("A", None)))
@examples(20)
async def test_velocity(book: Book, written: list[Deal], tier: str | None) -> None:
    """A year later, so that all that was closed is in the window."""
    async with desk(book.engine, book.company.workspace_id) as asked:
        await book.company.write(asked.connection, written)
        later = (moment(12) + timedelta(days=200)).isoformat()
        filters = [None, [{"dimension": "TIER", "keys": [tier]}]]
        for one in filters:
            await asked.ask(VELOCITY, {"filter": one, "asOf": later})
