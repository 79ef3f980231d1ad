"""Random joint goals: on metrics that there are and one that is not, narrowed somehow, serving each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID, uuid4

from hypothesis import strategies as st
from sqlalchemy import Date, cast, func, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import Horizon, JointGoal, Opportunity
from resolvers.metrics.catalogue import CATALOGUE
from tests.resolvers.metrics.asking import KEYS, keys
from tests.resolvers.metrics.deals import Company, Key, moment, steps
from tests.resolvers.metrics.spending import day

METRICS = (*sorted(CATALOGUE), "WON_AMOUNT", "WON_AMOUNT", "LUCK")
"""The last is none; one has more to tell than the others."""
FOREIGN = ("SHOE_SIZE", "TEAM", "LOST_REASON")
"""What not every metric has for a dimension."""
WRONG = {"TEAM": ["North"], "CHANNEL": ["nowhere"], "SHOE_SIZE": ["42"]}
"""Keys that cannot be."""

numbers = st.sampled_from(("0", "0.5", "3", "40", "3333.35", "1000000.01"))
Filters: TypeAlias = Mapping[str, Sequence[Key]]


@dataclass(frozen=True)
class Goal:
    """Its period begins at the end of a step's day; ``serves`` is the place of the goal above, among all."""

    metric: str
    filters: Filters
    baseline: str | None
    target: str
    times: bool
    """Whether the target is a multiple of the baseline."""
    begins: int
    length: int
    serves: int | None


@st.composite
def goals(draw: st.DrawFn) -> list[Goal]:
    """Some goals, among which each may serve one of the first."""
    return [draw(_goal()) for _ in range(draw(st.integers(1, 6)))]


@st.composite
def _goal(draw: st.DrawFn) -> Goal:
    metric = draw(st.sampled_from(METRICS))
    own = [str(one) for one in CATALOGUE[metric].dimensions] if metric in CATALOGUE else list(FOREIGN)
    names = draw(st.lists(st.sampled_from([*own, *own, *FOREIGN]), max_size=2, unique=True))
    return Goal(
        metric,
        filters={name: draw(_keys(name)) for name in names},
        baseline=draw(st.none() | numbers),
        target=draw(numbers),
        times=draw(st.booleans()),
        begins=draw(steps),
        length=draw(st.integers(1, 6)),
        serves=draw(st.none() | st.integers(0, 3)),
    )


def _keys(name: str) -> st.SearchStrategy[Sequence[Key]]:
    wrong = st.just(WRONG.get(name, []))
    return keys(name) | keys(name) | wrong if name in KEYS else wrong


async def write(connection: AsyncConnection, company: Company, written: Sequence[Goal]) -> list[UUID]:
    """Write the goals; open opportunities are expected to close thirty days after they were opened."""
    ids = [uuid4() for _ in written]
    for key, goal in zip(ids, written, strict=True):
        await connection.execute(insert(JointGoal).values(id=key, **_values(company, goal)))
    for key, goal in zip(ids, written, strict=True):
        if goal.serves is not None and goal.serves < len(ids):
            served = {"parent_id": ids[goal.serves]}
            await connection.execute(update(JointGoal).where(JointGoal.id == key).values(**served))
    expected = cast(func.timezone("UTC", Opportunity.opened_at), Date) + 30
    await connection.execute(update(Opportunity).values(expected_close_on=expected))
    return ids


def _values(company: Company, goal: Goal) -> dict[str, Any]:
    times = goal.times and goal.baseline is not None
    return {
        "workspace_id": company.workspace_id,
        "name": f"{goal.metric} by step {goal.begins + goal.length}",
        "metric": goal.metric,
        "filters": {name: company.keys(name, given) for name, given in goal.filters.items()},
        "baseline": None if goal.baseline is None else Decimal(goal.baseline),
        "target": None if times else Decimal(goal.target),
        "factor": Decimal(goal.target) if times else None,
        "starts_on": day(goal.begins),
        "ends_on": moment(goal.begins + goal.length).date(),
        "horizon": Horizon.SHORT,
    }
