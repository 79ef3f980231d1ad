"""Stage conversion over random histories, against an oracle that follows every journey, and by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import workspace_transaction
from resolvers.compiler.errors import ApiError, Code
from tests.conftest import WorkspaceFactory
from tests.factories.channel import channel
from tests.factories.persona import persona
from tests.factories.pipeline import opportunity_stage, pipeline
from tests.oracle.desk import desk
from tests.oracle.profile import examples
from tests.resolvers.metrics.histories import SECOND, STAGES, START, Event, Histories, People, histories, write

LINE = STAGES[:8]
LINES = (LINE, (*STAGES[:4], *SECOND, "won"))
"""The stages without a pipeline are a pipeline of their own; both share what comes before and after."""
DOCUMENT = """
query ($from: String!, $to: String!, $period: PeriodInput!, $mode: ConversionMode!, $within: Duration,
       $skipping: Skipping!, $groupBy: [Dimension!]!, $asOf: DateTime) {
  stageConversion(from: $from, to: $to, period: $period, mode: $mode, within: $within, skipping: $skipping,
                  groupBy: $groupBy, asOf: $asOf) {
    from { key } to { key } entered converted outOfOrder rate mature medianDays
    groups { dimensions { name key label } entered converted outOfOrder rate mature medianDays }
  }
}"""


class Funnel:
    """A workspace with two channels, two personas and a second pipeline, in which histories can be tried."""

    def __init__(self, engine: AsyncEngine, workspace_id: UUID, channels: list[UUID], personas: list[UUID]) -> None:
        self.engine, self.workspace_id, self.channels, self.personas = engine, workspace_id, channels, personas

    async def ask(self, written: Histories, **variables: Any) -> Any:
        """The server's answer, which must be the oracle's."""
        async with desk(self.engine, self.workspace_id) as asked:
            await write(asked.connection, self.workspace_id, written, self.channels, self.personas)
            usual = {"period": {"window": "ALL_TIME"}, "mode": "COHORT", "skipping": "ALLOWED", "groupBy": []}
            return (await asked.ask(DOCUMENT, usual | variables))["stageConversion"]


@pytest.fixture(scope="session")
async def funnel(engine: AsyncEngine, make_workspace: WorkspaceFactory) -> Funnel:
    made = await make_workspace(time_zone="America/New_York")
    async with workspace_transaction(engine, made.id) as connection:
        channels = [await channel(connection, made.id, key) for key in ("search", "fair")]
        personas = [await persona(connection, made.id, name=name) for name in ("Manager", "Engineer")]
        second = await pipeline(connection, made.id, "second")
        for position, key in enumerate(SECOND):
            # Behind the stages of the first by position, the first of them beside one.
            await opportunity_stage(connection, made.id, second, key, 7 + position)
    return Funnel(engine, made.id, channels, personas)


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """The arguments of a conversion between two stages of the line."""
    line = draw(st.sampled_from(LINES))
    start = draw(st.integers(0, len(line) - 2))
    days = draw(st.lists(st.integers(7, 18), min_size=2, max_size=2).map(sorted))
    cohort = draw(st.booleans())
    asked: dict[str, Any] = {
        "from": line[start],
        "to": line[draw(st.integers(start + 1, len(line) - 1))],
        "period": draw(
            st.just({"window": "ALL_TIME"}) | st.just({"from": f"2026-01-{days[0]:02}", "to": f"2026-01-{days[1]:02}"})
        ),
        "mode": "COHORT" if cohort else "PERIOD",
        "skipping": draw(st.sampled_from(("ALLOWED", "STRICT"))),
        "groupBy": list(draw(st.permutations(("CHANNEL", "PERSONA"))))[: draw(st.integers(0, 2))],
    }
    if cohort and draw(st.booleans()):
        asked["within"] = draw(st.sampled_from(("P1D", "PT36H", "P2D", "P4D")))
    if draw(st.booleans()):
        asked["asOf"] = (START + timedelta(hours=draw(st.integers(0, 13)) * 12)).isoformat()
    return asked


@examples(150)
@given(written=histories(), question=questions())
async def test_any_history_counts_as_the_definition_says(
    funnel: Funnel, written: Histories, question: dict[str, Any]
) -> None:
    answer = await funnel.ask(written, **question)
    if question["mode"] == "COHORT":
        assert answer["converted"] + answer["outOfOrder"] <= answer["entered"]
    if question["groupBy"]:
        for count in ("entered", "converted", "outOfOrder"):
            if answer[count] is not None:
                assert sum(group[count] for group in answer["groups"]) == answer[count]


@examples(40)
@given(written=histories(ties=False), question=questions(), data=st.data())
async def test_the_order_of_arrival_does_not_matter_where_times_differ(
    funnel: Funnel, written: Histories, question: dict[str, Any], data: st.DataObject
) -> None:
    other = written.arriving(data.draw(st.permutations(written.events)))
    assert await funnel.ask(written, **question) == await funnel.ask(other, **question)


LEAD = People(has_lead=True, has_opportunity=False)


def one_journey(*steps: tuple[str, int]) -> Histories:
    """One lead that enters these stages so many hours after the start, told in this order."""
    return Histories((LEAD,), tuple(Event(0, stage, hours) for stage, hours in steps))


@pytest.mark.parametrize(
    ("steps", "question", "counted"),
    [
        # (entered, converted, out of order, median of days)
        ([("mql", 0), ("sql", 36)], {}, (1, 1, 0, 1.5)),
        ([("mql", 0), ("won", 24)], {}, (1, 1, 0, 1.0)),
        ([("mql", 0), ("won", 24)], {"skipping": "STRICT"}, (1, 0, 0, None)),
        ([("mql", 0), ("lost", 24)], {}, (1, 0, 0, None)),
        ([("mql", 0), ("recycled", 12), ("sal", 24), ("sql", 48)], {}, (1, 1, 0, 2.0)),
        # Only the first entry counts, and it may be known late.
        ([("mql", 48), ("sql", 72), ("mql", 0)], {}, (1, 1, 0, 3.0)),
        # Of equal times the order of arrival decides.
        ([("mql", 0), ("sql", 0)], {}, (1, 1, 0, 0.0)),
        ([("sql", 0), ("mql", 0)], {}, (1, 0, 1, None)),
        # Before and after: converted, not out of order.
        ([("sql", 0), ("mql", 12), ("sql", 36)], {}, (1, 1, 0, 1.0)),
        # `within` is exclusive; who is late and was there before is out of order.
        ([("mql", 0), ("sql", 24)], {"within": "P1D"}, (1, 0, 0, None)),
        ([("mql", 0), ("sql", 24)], {"within": "PT86401S"}, (1, 1, 0, 1.0)),
        ([("sql", 0), ("mql", 12), ("sql", 60)], {"within": "P1D"}, (1, 0, 1, None)),
        # `asOf` is exclusive.
        ([("mql", 0), ("sql", 24)], {"asOf": "2026-01-11T00:00:00Z"}, (1, 0, 0, None)),
        ([("mql", 0), ("sql", 24)], {"asOf": "2026-01-11T00:00:00.000001Z"}, (1, 1, 0, 1.0)),
        ([("mql", 0), ("sql", 24)], {"asOf": "2026-01-10T00:00:00Z"}, (0, 0, 0, None)),
        # In New York START is still the evening of the ninth.
        ([("mql", 0), ("sql", 24)], {"period": {"from": "2026-01-10", "to": "2026-01-31"}}, (0, 0, 0, None)),
        ([("mql", 0), ("sql", 24)], {"period": {"from": "2026-01-09", "to": "2026-01-10"}}, (1, 1, 0, 1.0)),
        # The first entry lies before the period: a later one does not stand for it.
        ([("mql", 0), ("mql", 48)], {"period": {"from": "2026-01-11", "to": "2026-01-31"}}, (0, 0, 0, None)),
        ([], {}, (0, 0, 0, None)),
    ],
)
async def test_cohorts_by_hand(
    funnel: Funnel,
    steps: list[tuple[str, int]],
    question: dict[str, Any],
    counted: tuple[int, int, int, float | None],
) -> None:
    answer = await funnel.ask(one_journey(*steps), **{"from": "mql", "to": "sql"} | question)
    assert (answer["entered"], answer["converted"], answer["outOfOrder"], answer["medianDays"]) == counted
    assert answer["rate"] == (counted[1] / counted[0] if counted[0] else None)


@pytest.mark.parametrize(
    ("steps", "question", "counted"),
    [
        # (entered, converted, out of order)
        # From a lead stage the stages of all pipelines are later.
        ([("mql", 0), ("review", 24)], {"to": "sql"}, (1, 1, 0)),
        ([("mql", 0), ("discovery", 24)], {"to": "sql"}, (1, 1, 0)),
        # But only those of the target's own pipeline reach the target.
        ([("mql", 0), ("negotiation", 24)], {"to": "discovery"}, (1, 1, 0)),
        ([("mql", 0), ("renewal", 24)], {"to": "discovery"}, (1, 0, 0)),
        ([("mql", 0), ("renewal", 24)], {"to": "review"}, (1, 1, 0)),
        ([("mql", 0), ("negotiation", 24)], {"to": "review"}, (1, 0, 0)),
        # All pipelines share WON.
        ([("mql", 0), ("won", 24)], {"to": "review"}, (1, 1, 0)),
        ([("review", 0), ("won", 24)], {"from": "review", "to": "renewal"}, (1, 1, 0)),
        ([("review", 0), ("negotiation", 24)], {"from": "review", "to": "renewal"}, (1, 0, 0)),
        ([("renewal", 0), ("discovery", 24)], {"from": "discovery", "to": "proposal"}, (1, 0, 0)),
    ],
)
async def test_pipelines_by_hand(
    funnel: Funnel, steps: list[tuple[str, int]], question: dict[str, Any], counted: tuple[int, ...]
) -> None:
    answer = await funnel.ask(one_journey(*steps), **{"from": "mql"} | question)
    assert (answer["entered"], answer["converted"], answer["outOfOrder"]) == counted


async def test_periods_by_hand(funnel: Funnel) -> None:
    entered_twice = [("mql", 24), ("mql", 36), ("sql", 48)]
    only_reached = [("mql", 0), ("sql", 48), ("lost", 60), ("sql", 72)]
    steps = [Event(index, *step) for index, one in enumerate((entered_twice, only_reached)) for step in one]
    answer = await funnel.ask(
        Histories((LEAD, LEAD), tuple(steps)),
        **{"from": "mql", "to": "sql", "mode": "PERIOD", "period": {"from": "2026-01-10", "to": "2026-02-01"}},
    )
    assert (answer["entered"], answer["converted"], answer["rate"]) == (1, 2, 2.0)
    assert (answer["outOfOrder"], answer["mature"], answer["medianDays"]) == (None, None, None)


@pytest.mark.parametrize(("as_of", "mature"), [("2026-01-12T00:00:00Z", True), ("2026-01-11T23:59:59Z", False)])
async def test_a_cohort_is_mature_when_its_last_entry_has_had_its_time(
    funnel: Funnel, as_of: str, mature: bool
) -> None:
    question = {"from": "mql", "to": "sql", "within": "P2D", "asOf": as_of}
    assert (await funnel.ask(one_journey(("mql", 0)), **question))["mature"] is mature


async def test_what_is_missing_is_a_group_of_its_own(funnel: Funnel) -> None:
    journeys = (
        People(has_lead=True, has_opportunity=False, channel=0),
        People(has_lead=True, has_opportunity=False),
        People(has_lead=False, has_opportunity=True, contact_persona=1),
    )
    entries = tuple(Event(index, "discovery", 0) for index in range(3))
    question = {"from": "discovery", "to": "won", "groupBy": ["CHANNEL"]}
    answer = await funnel.ask(Histories(journeys, entries), **question)
    assert [(group["dimensions"][0]["key"], group["entered"]) for group in answer["groups"]] == [
        (None, 2),
        ("search", 1),
    ]
    answer = await funnel.ask(Histories(journeys, entries), **question | {"groupBy": ["PERSONA"]})
    assert [(group["dimensions"][0]["label"], group["entered"]) for group in answer["groups"]] == [
        (None, 2),
        ("Engineer", 1),
    ]


@pytest.mark.parametrize(
    ("question", "message"),
    [
        (
            {"from": "sql", "to": "mql"},
            (
                "The stage 'mql' is not later on the line than 'sql'. The line is: inquiry, mql, sal, sql; "
                "discovery, proposal, negotiation; review, renewal; won."
            ),
        ),
        ({"from": "sql", "to": "sql"}, "The stage 'sql' is not later on the line than 'sql'."),
        ({"from": "sql", "to": "lost"}, "The stage 'lost' is not later on the line than 'sql'."),
        ({"from": "recycled", "to": "won"}, "The stage 'won' is not later on the line than 'recycled'."),
        ({"from": "proposal", "to": "discovery"}, "The stage 'discovery' is not later on the line than 'proposal'."),
        (
            {"from": "discovery", "to": "renewal"},
            (
                "The stages 'discovery' and 'renewal' are of different pipelines, which cannot be compared: "
                "no line leads from one to the other."
            ),
        ),
        ({"from": "renewal", "to": "discovery"}, "The stages 'renewal' and 'discovery' are of different pipelines,"),
        (
            {"from": "review", "to": "proposal", "mode": "PERIOD"},
            "The stages 'review' and 'proposal' are of different pipelines,",
        ),
        ({"from": "nothing", "to": "won"}, "There is no stage 'nothing'."),
        ({"from": "mql", "to": "won", "mode": "PERIOD", "within": "P1D"}, "'within' is for the mode COHORT"),
        ({"from": "mql", "to": "won", "groupBy": ["CHANNEL", "CHANNEL"]}, "'groupBy' names a dimension twice."),
    ],
)
async def test_what_cannot_be_asked_is_refused(funnel: Funnel, question: dict[str, Any], message: str) -> None:
    with pytest.raises(ApiError) as caught:
        await funnel.ask(one_journey(), **question)
    assert caught.value.code is Code.BAD_USER_INPUT
    assert caught.value.message.startswith(message)
    assert caught.value.path == ("stageConversion",)
