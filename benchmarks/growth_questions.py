"""What is asked while events grow: every metric, the reports with shapes of their own, goals, and pages and a lookup."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from resolvers.metrics.catalogue import CATALOGUE
from resolvers.metrics.dimension import Dimension

PERIODS = {
    "aligned": {"from": "2025-04-01", "to": "2025-07-01"},
    "ragged": {"from": "2025-04-11", "to": "2025-07-08"},
}
AIMS = {"aligned": 1.5, "ragged": 3.0, "none": 1.5}
"""The most that the slowest size may take for one that the fastest takes."""

GROUPS = {
    "CONTENT_USES": Dimension.ASSET,
    "CONTENT_USERS": Dimension.ASSET,
    "TOUCHPOINTS": Dimension.CAMPAIGN,
    "SPEND": Dimension.CHANNEL,
    "STAGE_ENTRIES": Dimension.STAGE,
    "INFLUENCED_REVENUE": Dimension.TOUCHED_CHANNEL,
}

_REPORTS = {
    "contentUsage": "contentUsage(period: $period, first: 20) {"
    " nodes { asset { id title } uses users } byAction { action uses users } }",
    "contentAssets.usage": "contentAssets(first: 1) { nodes {"
    " usage(period: $period) { uses users byAction { action uses users } } } }",
    "contentCoverage": "contentCoverage(period: $period) {"
    " cells { persona { id } buyingStage { id } assets uses influencedRevenue { amount } } }",
    "funnel": 'funnel(stages: ["inquiry", "mql", "sal", "sql", "won"], period: $period) {'
    " entered steps { stage { key } reached stepRate medianDays } }",
    "stageConversion": 'stageConversion(from: "mql", to: "won", period: $period) { entered converted rate medianDays }',
    "stageDuration": "stageDuration(period: $period) { stage { key } journeys open medianDays }",
}
_VELOCITY = "query { pipelineVelocity { openOpportunities winRate averageDealSize cycleDays perDay { amount } } }"
_GOAL = "query ($id: ID!) { jointGoal(id: $id) { progress { status actual { number } attainment projected } } }"
GOALS = ("CONTENT_USES", "CONTENT_USERS", "SPEND")
"""Metrics that goals are on."""
_PAGES = {
    "leads, a page": "query { leads(first: 50, orderBy: [{ field: RECEIVED_AT, direction: DESC }]) {"
    " nodes { id name score account { id name } owner { id name } } } }",
    "contentUsageEvents, a page": "query { contentUsageEvents(first: 50,"
    " orderBy: [{ field: OCCURRED_AT, direction: DESC }]) { nodes { id action occurredAt asset { id title } } } }",
    "touchpoints, a page": "query { touchpoints(first: 50, orderBy: [{ field: OCCURRED_AT, direction: DESC }]) {"
    " nodes { id kind occurredAt channel { id label } } } }",
}
_LOOKUP = "query ($id: ID!) { lead(id: $id) { id name company email title score receivedAt stageEnteredAt } }"


@dataclass(frozen=True, eq=False)
class Question:
    """An operation; ``period`` is a key of :data:`AIMS`, "none" where it asks for no period."""

    name: str
    period: str
    document: str
    variables: Mapping[str, Any]

    @property
    def key(self) -> str:
        return f"{self.name}, {self.period}"

    @property
    def aim(self) -> float:
        return AIMS[self.period]


def questions(lead_id: str, goal_ids: Mapping[tuple[str, str], str]) -> Iterator[Question]:
    """All of them, those about a period once for each of :data:`PERIODS`; ``lead_id`` is whom the lookup is for.

    ``goal_ids`` are of goals, by their metric and period.
    """
    for name, fields in (_metrics() | _REPORTS).items():
        for period, given in PERIODS.items():
            yield Question(name, period, f"query ($period: PeriodInput!) {{ {fields} }}", {"period": given})
    for (key, period), goal_id in goal_ids.items():
        yield Question(f"goal on {key}", period, _GOAL, {"id": goal_id})
    yield Question("pipelineVelocity", "none", _VELOCITY, {})
    for name, document in _PAGES.items():
        yield Question(name, "none", document, {})
    yield Question("lead, by id", "none", _LOOKUP, {"id": lead_id})


def _metrics() -> dict[str, str]:
    alone = {key: f"metric(key: {key}, period: $period) {{ value {{ number }} }}" for key in CATALOGUE}
    return alone | {
        f"{key} by {dimension}": f"metric(key: {key}, period: $period, groupBy: [{dimension}]) {{"
        " groups { dimensions { key } value { number } } }"
        for key, dimension in GROUPS.items()
    }
