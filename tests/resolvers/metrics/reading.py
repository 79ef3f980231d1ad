"""A workspace in which random libraries are written, and the questions that are asked about them."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from tests.oracle.desk import desk
from tests.oracle.rows import public_id
from tests.resolvers.metrics.asking import keyed
from tests.resolvers.metrics.deals import moment
from tests.resolvers.metrics.library import Library, Shelf

METRIC = """
query ($key: MetricKey!, $period: PeriodInput!, $statistic: Statistic, $groupBy: [Dimension!]!, $grain: Grain,
       $filter: [MetricFilterInput!], $asOf: DateTime!, $behind: Boolean! = false, $side: Side,
       $group: [MetricFilterInput!]) {
  metric(key: $key, period: $period, statistic: $statistic, groupBy: $groupBy, grain: $grain, filter: $filter,
         asOf: $asOf) {
    value { number unit currencyCode } numerator denominator sampleSize overlapping
    excluded { currencyCode count }
    groups { dimensions { name key label } value { number } numerator denominator sampleSize }
    series { from to value { number } numerator denominator sampleSize }
    drillDown(side: $side, group: $group, first: 2) @include(if: $behind) {
      totalCount nodes { __typename id } edges { cursor } pageInfo { hasNextPage endCursor }
    }
  }
}"""
COVERAGE = """
query ($period: PeriodInput!, $personas: [ID!], $stages: [ID!], $asOf: DateTime!) {
  contentCoverage(period: $period, personas: $personas, stages: $stages, asOf: $asOf) {
    cells {
      persona { name } buyingStage { key } assets level uses influencedRevenue { amount currencyCode }
    }
    excluded { currencyCode count }
  }
}"""
ALL_TIME = {"period": {"window": "ALL_TIME"}}


class Reading:
    """A workspace in which libraries can be tried; its year begins in March, its clocks change in spring."""

    def __init__(self, engine: AsyncEngine, made: Library) -> None:
        self.engine, self.library = engine, made

    async def metrics(self, shelf: Shelf, *questions: dict[str, Any]) -> list[Any]:
        """The server's answers, which must be the oracle's."""
        usual = ALL_TIME | {"groupBy": [], "asOf": moment(12).isoformat()}
        asked = (usual | keyed(self.library.company, question) for question in questions)
        answers = await self._ask(shelf, METRIC, *asked)
        return [answer["metric"] for answer in answers]

    async def coverage(self, shelf: Shelf, **asked: Any) -> Any:
        """The server's answer, which must be the oracle's."""
        usual = ALL_TIME | {"asOf": moment(12).isoformat()}
        (answer,) = await self._ask(shelf, COVERAGE, usual | asked)
        return answer["contentCoverage"]

    async def _ask(self, shelf: Shelf, document: str, *questions: dict[str, Any]) -> list[Any]:
        async with desk(self.engine, self.library.company.workspace_id) as asked:
            await self.library.write(asked.connection, shelf)
            world = await asked.world()
            return [await asked.ask(document, question, world) for question in questions]

    def asset(self, place: int) -> str:
        return public_id("content_asset", self.library.company.assets[place])
