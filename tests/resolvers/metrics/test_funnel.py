"""The funnel and stays in stages over random histories, against an oracle that follows every journey, and by hand."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import workspace_transaction
from resolvers.compiler.errors import ApiError
from tests.conftest import WorkspaceFactory
from tests.factories.channel import channel
from tests.factories.persona import persona
from tests.factories.pipeline import opportunity_stage, pipeline
from tests.oracle.desk import desk
from tests.oracle.profile import examples
from tests.resolvers.metrics.histories import SECOND, STAGES, START, Event, Histories, People, histories, write

LINES = (STAGES[:8], (*STAGES[:4], *SECOND, "won"))
DOCUMENT = """
query ($stages: [String!]!, $period: PeriodInput!, $within: Duration, $skipping: Skipping!, $grain: Grain,
       $asOf: DateTime) {
  funnel(stages: $stages, period: $period, within: $within, skipping: $skipping, asOf: $asOf) {
    entered mature steps { stage { key } reached stepRate overallRate medianDays }
  }
  stageDuration(period: $period, asOf: $asOf) { stage { key } journeys open medianDays meanDays p90Days }
  active: metric(key: ACTIVE_JOURNEYS, period: $period, groupBy: [STAGE], asOf: $asOf) {
    value { number } groups { dimensions { key } value { number } }
  }
  entries: metric(key: STAGE_ENTRIES, period: $period, groupBy: [STAGE], grain: $grain, asOf: $asOf) {
    value { number } groups { dimensions { key } value { number } } series { from to value { number } }
  }
  taken_apart: metric(key: STAGE_ENTRIES, period: $period, groupBy: [STAGE, CHANNEL, PERSONA], asOf: $asOf) {
    value { number } groups { dimensions { key label } value { number } }
  }
}"""
ENTRIES = """
query ($after: String) {
  metric(key: STAGE_ENTRIES, period: { window: ALL_TIME }) {
    value { number }
    drillDown(first: 1, after: $after) {
      totalCount nodes { ... on StageTransition { toStage { key } occurredAt } } pageInfo { hasNextPage endCursor }
    }
  }
}"""


class Funnel:
    """A workspace with a second pipeline, in which histories can be tried."""

    def __init__(self, engine: AsyncEngine, workspace_id: Any, channels: list[Any], personas: list[Any]) -> None:
        self.engine, self.workspace_id, self.channels, self.personas = engine, workspace_id, channels, personas

    async def ask(self, written: Histories, **variables: Any) -> Any:
        """The server's answer, which must be the oracle's."""
        async with desk(self.engine, self.workspace_id) as asked:
            await write(asked.connection, self.workspace_id, written, self.channels, self.personas)
            usual = {"period": {"window": "ALL_TIME"}, "skipping": "ALLOWED"}
            return await asked.ask(DOCUMENT, usual | variables)


@pytest.fixture(scope="session")
async def funnel(engine: AsyncEngine, make_workspace: WorkspaceFactory) -> Funnel:
    made = await make_workspace(time_zone="America/New_York")
    async with workspace_transaction(engine, made.id) as connection:
        channels = [await channel(connection, made.id, key) for key in ("search", "fair")]
        personas = [await persona(connection, made.id, name=name) for name in ("Manager", "Engineer")]
        second = await pipeline(connection, made.id, "second")
        for position, key in enumerate(SECOND, 40):
            await opportunity_stage(connection, made.id, second, key, position)
    return Funnel(engine, made.id, channels, personas)


chains = st.sampled_from(LINES).flatmap(
    lambda line: st.lists(st.sampled_from(line), min_size=2, max_size=6, unique=True).map(
        lambda chosen: sorted(chosen, key=line.index)
    )
)
moments = st.integers(0, 13).map(lambda step: (START + timedelta(hours=12 * step)).isoformat())


@given(
    written=histories(),
    stages=chains,
    within=st.none() | st.sampled_from(("PT12H", "P1D", "P3D")),
    skipping=st.sampled_from(("ALLOWED", "STRICT")),
    days=st.tuples(st.integers(9, 17), st.integers(0, 6)),
    grain=st.none() | st.sampled_from(("DAY", "WEEK")),
    as_of=moments,
)
@examples(60)
async def test_any_history(
    funnel: Funnel,
    written: Histories,
    stages: list[str],
    within: Any,
    skipping: str,
    days: tuple[int, int],
    grain: str | None,
    as_of: str,
) -> None:
    first, length = days
    period = {"from": f"2026-01-{first:02}", "to": f"2026-01-{first + length:02}"}
    cohort = {"stages": stages, "within": within, "skipping": skipping}
    answer = await funnel.ask(written, **cohort, period=period, grain=grain, asOf=as_of)
    reached = [step["reached"] for step in answer["funnel"]["steps"]]
    assert reached[0] == answer["funnel"]["entered"]
    if skipping == "ALLOWED":
        assert all(one >= following for one, following in pairwise(reached))
    opened = sum(stage["open"] for stage in answer["stageDuration"])
    assert opened == int(answer["active"]["value"]["number"])
    for entries in (answer["entries"], answer["taken_apart"]):
        by_group = sum(int(group["value"]["number"]) for group in entries["groups"])
        assert by_group == int(entries["value"]["number"])


async def test_the_entries_of_a_journey_to_two_stages_at_one_moment_are_on_pages_of_their_own(funnel: Funnel) -> None:
    """It entered the first of them again later, which is no further entry."""
    entered = (Event(0, "mql", 0), Event(0, "sal", 0), Event(0, "mql", 5))
    pages: list[Any] = []
    async with desk(funnel.engine, funnel.workspace_id) as asked:
        written = Histories((People(has_lead=True, has_opportunity=False),), entered)
        await write(asked.connection, funnel.workspace_id, written, funnel.channels, funnel.personas)
        while not pages or pages[-1]["pageInfo"]["hasNextPage"]:
            after = pages[-1]["pageInfo"]["endCursor"] if pages else None
            found = (await asked.served(ENTRIES, {"after": after}))["metric"]
            pages.append(found["drillDown"])
            assert (found["value"]["number"], found["drillDown"]["totalCount"]) == ("2", 2)
    assert {node["toStage"]["key"] for page in pages for node in page["nodes"]} == {"mql", "sal"}
    assert {node["occurredAt"] for page in pages for node in page["nodes"]} == {"2026-01-10T00:00:00+00:00"}


@pytest.mark.parametrize(
    ("stages", "text"),
    [
        (["mql"], "A funnel has 2 to 12 stages."),
        (["mql", "inquiry"], "The stage 'inquiry' is not later on the line than 'mql'."),
        (["mql", "nowhere"], "There is no stage 'nowhere'."),
        (["discovery", "review"], "are of different pipelines"),
    ],
)
async def test_stages_that_make_no_funnel(funnel: Funnel, stages: list[str], text: str) -> None:
    with pytest.raises(ApiError, match=text.replace("(", r"\(")):
        await funnel.ask(Histories((), ()), stages=stages)
