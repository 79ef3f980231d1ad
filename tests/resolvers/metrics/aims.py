"""Random joint goals: on metrics that there are and one that is not, narrowed somehow, serving each other."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from hypothesis import strategies as st
from sqlalchemy import Date, cast, func, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import Horizon, JointGoal, Opportunity
from tests.resolvers.metrics.deals import Company, moment, steps
from tests.resolvers.metrics.spending import day

METRICS = (
    "LEADS_RECEIVED",
    "WON_AMOUNT",
    "WON_AMOUNT",
    "OPEN_PIPELINE",
    "LOST_OPPORTUNITIES",
    "WIN_RATE",
    "SALES_CYCLE_DAYS",
    "SPEND",
    "COST_PER_LEAD",
    "CAC",
    "ATTRIBUTED_REVENUE",
    "ROMI",
    "TOUCHPOINTS",
    "TOUCHPOINT_COST",
    "STAGE_ENTRIES",
    "LUCK",
)
"""The last is none."""

TEAM = "the team"
"""Stands for the id of the only team."""

numbers = st.sampled_from(("0", "0.5", "3", "40", "3333.35", "1000000.01"))
filters = st.dictionaries(
    st.sampled_from(("CHANNEL", "CHANNEL", "TIER", "TEAM", "PIPELINE", "PRODUCT", "LOST_REASON", "SHOE_SIZE")),
    st.sampled_from(([], ["search"], ["fair", None], [None], ["A"], [TEAM], ["gate", "gate"], ["second"], ["Price"])),
    max_size=2,
)


@dataclass(frozen=True)
class Goal:
    """Its period begins at the end of a step's day; ``serves`` is the place of the goal above, among all."""

    metric: str
    filters: dict[str, list[str | None]]
    baseline: str | None
    target: str
    times: bool
    """Whether the target is a multiple of the baseline."""
    begins: int
    length: int
    serves: int | None


goals = st.lists(
    st.builds(
        Goal,
        metric=st.sampled_from(METRICS),
        filters=st.just({}) | filters,
        baseline=st.none() | numbers,
        target=numbers,
        times=st.booleans(),
        begins=steps,
        length=st.integers(1, 6),
        serves=st.none() | st.integers(0, 3),
    ),
    min_size=1,
    max_size=4,
)


async def write(connection: AsyncConnection, company: Company, team: UUID, written: list[Goal]) -> list[UUID]:
    """Write the goals; open opportunities are expected to close thirty days after they were opened."""
    ids = [uuid4() for _ in written]
    for key, goal in zip(ids, written, strict=True):
        await connection.execute(insert(JointGoal).values(id=key, **_values(company, team, goal)))
    for key, goal in zip(ids, written, strict=True):
        if goal.serves is not None and goal.serves < len(ids):
            served = {"parent_id": ids[goal.serves]}
            await connection.execute(update(JointGoal).where(JointGoal.id == key).values(**served))
    expected = cast(func.timezone("UTC", Opportunity.opened_at), Date) + 30
    await connection.execute(update(Opportunity).values(expected_close_on=expected))
    return ids


def _values(company: Company, team: UUID, goal: Goal) -> dict[str, Any]:
    times = goal.times and goal.baseline is not None
    return {
        "workspace_id": company.workspace_id,
        "name": f"{goal.metric} by step {goal.begins + goal.length}",
        "metric": goal.metric,
        "filters": {
            name: [f"team_{team}" if key == TEAM else key for key in keys] for name, keys in goal.filters.items()
        },
        "baseline": None if goal.baseline is None else Decimal(goal.baseline),
        "target": None if times else Decimal(goal.target),
        "factor": Decimal(goal.target) if times else None,
        "starts_on": day(goal.begins),
        "ends_on": moment(goal.begins + goal.length).date(),
        "horizon": Horizon.SHORT,
    }
