"""Joint goals over random deals and costs, against an oracle that follows every row, and by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import workspace_transaction
from db.models import JointGoal
from resolvers.metrics.catalogue import CATALOGUE
from tests.conftest import WorkspaceFactory
from tests.factories.goal import joint_goal
from tests.oracle.desk import Desk, desk
from tests.oracle.profile import examples
from tests.resolvers.metrics.aims import Goal, goals, write
from tests.resolvers.metrics.asking import KEYS
from tests.resolvers.metrics.deals import Company, Deal, moment, steps
from tests.resolvers.metrics.library import BUSY, Library, Shelf, library, shelves
from tests.resolvers.metrics.spending import Spending, day, spending

FRAGMENT = """fragment Progress on GoalProgress { status problem actual { number unit currencyCode } excluded baseline target attainment elapsed
  onTrackValue pace projected requiredPerDay daysLeft }"""
DOCUMENT = (
    """
query ($asOf: DateTime!, $status: [GoalStatus!], $first: Int!) {
  goals(asOf: $asOf, status: $status, first: $first) { goal { id name } ...Progress }
  jointGoals(first: 10) { nodes {
    id
    progress(asOf: $asOf) { ...Progress }
    rollUp(asOf: $asOf) { total byStatus { status count } parts partsTarget gap }
    pipelineCoverage(asOf: $asOf) { ratio open won left currencyCode excluded }
  } }
}
"""
    + FRAGMENT
)
STATUSES = ("OFF_TRACK", "AT_RISK", "NOT_MEASURABLE", "NO_VALUE", "NOT_STARTED", "ON_TRACK", "MET")


@dataclass
class Office:
    """A workspace of Havana, where one day of autumn has two midnights."""

    engine: AsyncEngine
    library: Library

    @property
    def company(self) -> Company:
        return self.library.company


@pytest.fixture(scope="session")
async def office(engine: AsyncEngine, make_workspace: WorkspaceFactory) -> Office:
    made = await make_workspace(time_zone="America/Havana")
    async with workspace_transaction(engine, made.id) as connection:
        return Office(engine, await library(connection, made.id))


@given(
    shelf=shelves,
    costs=spending,
    aims=goals(),
    as_of=st.tuples(steps, st.sampled_from((timedelta(), timedelta(hours=5), timedelta(microseconds=1)))),
    status=st.none() | st.lists(st.sampled_from(STATUSES), max_size=3),
    first=st.integers(1, 4),
)
@examples(10)
async def test_any_goals(
    office: Office,
    shelf: Shelf,
    costs: Spending,
    aims: list[Goal],
    as_of: tuple[int, timedelta],
    status: list[str] | None,
    first: int,
) -> None:
    async with desk(office.engine, office.company.workspace_id) as at:
        await office.library.write(at.connection, shelf)
        await costs.write(at.connection, office.company)
        await write(at.connection, office.company, aims)
        asked = {"asOf": (moment(as_of[0]) + as_of[1]).isoformat(), "status": status, "first": first}
        await at.ask(DOCUMENT, asked)


WON = Deal(None, 0, True, 0, 0, 0, 100_00, "USD", frozenset(), "won", (("discovery", 1), ("won", 3)))
LOST = replace(WON, entries=(("discovery", 1), ("lost", 3)))
AIM = Goal("WON_AMOUNT", {}, None, "400", times=False, begins=2, length=4, serves=None)

ALL = [(key, str(name)) for key in sorted(CATALOGUE) for name in CATALOGUE[key].dimensions]
A_PAGE = 100
PAGE = f"""query ($asOf: DateTime!) {{
  jointGoals(first: {A_PAGE}) {{ nodes {{ id progress(asOf: $asOf) {{ ...Progress }} }} }}
}}"""


@pytest.mark.parametrize("place", range(3))
async def test_every_metric_in_every_dimension(office: Office, place: int) -> None:
    """Where much has happened: narrowed to the first, the second or the third of some values."""
    keys = {name: [some[place % len(some)]] for name, some in KEYS.items()}
    aims = [replace(AIM, metric=key, filters={name: keys[name]}, begins=0, length=12) for key, name in ALL]
    actual = []
    async with desk(office.engine, office.company.workspace_id) as at:
        await office.library.write(at.connection, BUSY)
        for first in range(0, len(aims), A_PAGE):
            await write(at.connection, office.company, aims[first : first + A_PAGE])
            found = await at.ask(PAGE + FRAGMENT, {"asOf": moment(9).isoformat()})
            actual += [one["progress"]["actual"]["number"] for one in found["jointGoals"]["nodes"]]
            await at.connection.execute(delete(JointGoal))
    assert len(actual) == len(ALL)
    assert sum(number in {None, "0"} for number in actual) < len(ALL) / 3


async def _one(at: Desk, office: Office, goal: Goal, as_of: datetime) -> Any:
    await write(at.connection, office.company, [goal])
    asked = {"asOf": as_of.isoformat(), "status": None, "first": 1}
    return (await at.ask(DOCUMENT, asked))["jointGoals"]["nodes"][-1]["progress"]


@pytest.mark.parametrize(
    ("goal", "status"),
    [
        # 100 are won when half of the period has gone by.
        (AIM, "OFF_TRACK"),
        (replace(AIM, target="285"), "AT_RISK"),
        (replace(AIM, target="220"), "ON_TRACK"),
        (replace(AIM, target="100"), "MET"),
        (replace(AIM, baseline="50", target="2", times=True), "MET"),
        (replace(AIM, metric="LUCK"), "NOT_MEASURABLE"),
        (replace(AIM, filters={"SHOE_SIZE": ["42"]}), "NOT_MEASURABLE"),
        (replace(AIM, filters={"CHANNEL": ["nowhere"]}), "NOT_MEASURABLE"),
        (replace(AIM, filters={"TEAM": ["North"]}), "NOT_MEASURABLE"),
        # Nothing was spent on one customer, which is less than the limit; and nothing on no lead, which is no number.
        (replace(AIM, metric="CAC"), "MET"),
        (replace(AIM, metric="COST_PER_LEAD"), "NO_VALUE"),
        (replace(AIM, begins=5, length=2), "NOT_STARTED"),
        # One is lost: that may become two before the end, and one is more than there should be by now.
        (replace(AIM, metric="LOST_OPPORTUNITIES", target="2"), "ON_TRACK"),
        (replace(AIM, metric="LOST_OPPORTUNITIES", target="1"), "OFF_TRACK"),
    ],
)
async def test_status(office: Office, goal: Goal, status: str) -> None:
    begins, ends = day(2), day(6)
    half = datetime(begins.year, begins.month, begins.day, 4, tzinfo=UTC) + (ends - begins) / 2
    async with desk(office.engine, office.company.workspace_id) as at:
        await office.company.write(at.connection, [WON, LOST])
        found = await _one(at, office, goal, half)
        assert found["status"] == status
        assert (found["problem"] is not None) == (status == "NOT_MEASURABLE")


async def test_a_limit_is_kept_once_its_time_is_over(office: Office) -> None:
    limit = replace(AIM, metric="LOST_OPPORTUNITIES", target="1")
    async with desk(office.engine, office.company.workspace_id) as at:
        await office.company.write(at.connection, [LOST])
        found = await _one(at, office, limit, moment(7))
        assert (found["status"], found["daysLeft"], found["requiredPerDay"]) == ("MET", "0", None)


async def test_a_day_with_two_midnights_begins_at_the_first(office: Office) -> None:
    """On the first of November 2026 clocks in Havana go from one in the morning back to midnight."""
    first, second = datetime(2026, 11, 1, 4, tzinfo=UTC), datetime(2026, 11, 1, 5, tzinfo=UTC)
    document = """query ($asOf: DateTime!) { goals(asOf: $asOf) { elapsed daysLeft } }"""
    async with desk(office.engine, office.company.workspace_id) as at:
        days = {"starts_on": date(2026, 11, 1), "ends_on": date(2026, 11, 2)}
        await joint_goal(at.connection, office.company.workspace_id, **days)
        assert (await at.ask(document, {"asOf": first.isoformat()}))["goals"] == [
            {"elapsed": "0", "daysLeft": "1.041667"}
        ]
        assert (await at.ask(document, {"asOf": second.isoformat()}))["goals"][0]["elapsed"] == "0.04"
        early = first - timedelta(microseconds=1)
        assert (await at.ask(document, {"asOf": early.isoformat()}))["goals"] == []
        late = first + timedelta(hours=25)
        assert (await at.ask(document, {"asOf": late.isoformat()}))["goals"] == []


async def test_coverage_is_what_is_open_for_what_is_left(office: Office) -> None:
    """100 of 400 are won; of what is open 150 are expected in the period, 50 later."""
    soon = replace(WON, opened=1, amount=150_00, entries=(("discovery", 1),), held="discovery")
    late = replace(soon, opened=4, amount=50_00)
    async with desk(office.engine, office.company.workspace_id) as at:
        await office.company.write(at.connection, [WON, soon, late])
        (goal,) = await write(at.connection, office.company, [AIM])
        document = """query ($id: ID!, $asOf: DateTime!) { jointGoal(id: $id) {
          pipelineCoverage(asOf: $asOf) { ratio open won left currencyCode excluded }
        } }"""
        asked = {"id": f"goal_{goal}", "asOf": moment(5).isoformat()}
        found = (await at.ask(document, asked))["jointGoal"]["pipelineCoverage"]
    assert Decimal(found["ratio"]) == Decimal("0.5")
    assert (found["open"], found["won"], found["left"], found["excluded"]) == ("150", "100", "300", 0)
