"""What cannot be answered is refused in words: the ends of the calendar, and too many groups."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from sqlalchemy import text

from resolvers.compiler.errors import ApiError, Code
from resolvers.metrics.catalogue import CATALOGUE
from resolvers.metrics.period import Grain, Window
from tests.oracle.desk import desk
from tests.resolvers.metrics.reading import METRIC, Reading

DAYS_AT_THE_ENDS = ({"from": "0001-01-01", "to": "0001-03-01"}, {"from": "9999-11-01", "to": "9999-12-31"})
MOMENTS_AT_THE_ENDS = ("0001-01-01T12:00:00Z", "9999-12-31T12:00:00Z")


def questions(key: str) -> Iterator[dict[str, Any]]:
    """A metric over whatever reaches the ends of the calendar, whole and in parts."""
    periods = [{"window": str(window)} for window in Window] + list(DAYS_AT_THE_ENDS)
    for period, as_of in product(periods, MOMENTS_AT_THE_ENDS):
        yield {"key": key, "period": period, "asOf": as_of, "groupBy": []}


async def outcomes(reading: Reading, key: str, grain: Grain | None = None) -> set[Code | None]:
    """The codes of the refusals, and None if there are answers."""
    found: set[Code | None] = set()
    async with desk(reading.engine, reading.library.company.workspace_id) as at:
        server = await at.server()
        for question in questions(key):
            try:
                await server.data(METRIC, question | {"grain": grain and str(grain)})
            except ApiError as error:
                found.add(error.code)
            else:
                found.add(None)
    return found


@pytest.mark.parametrize("key", sorted(CATALOGUE))
async def test_at_the_ends_of_the_calendar_metrics_are_answered_or_refused(reading: Reading, key: str) -> None:
    assert await outcomes(reading, key) == {None, Code.BAD_USER_INPUT}


@pytest.mark.parametrize("grain", list(Grain))
async def test_at_the_ends_of_the_calendar_series_are_answered_or_refused(reading: Reading, grain: Grain) -> None:
    assert await outcomes(reading, "LEADS_RECEIVED", grain) == {None, Code.BAD_USER_INPUT}


async def test_a_period_that_has_not_begun_is_empty_where_it_is_looked_at(reading: Reading) -> None:
    document = """{
      metric(key: REINVENTION_HOURS, period: { from: "2026-05-01", to: "2026-06-01" }, grain: WEEK,
             asOf: "2026-04-01T12:00:00Z") { period { from to } value { number } denominator series { from } }
    }"""
    async with desk(reading.engine, reading.library.company.workspace_id) as at:
        answer = (await at.ask(document, {}))["metric"]
    assert answer == {
        "period": {"from": "2026-04-01T12:00:00+00:00", "to": "2026-04-01T12:00:00+00:00"},
        "value": {"number": None},
        "denominator": "0",
        "series": [],
    }


BY_ACCOUNT = """{
  metric(key: TOUCHPOINTS, period: { window: ALL_TIME }, groupBy: [ACCOUNT]) { groups { value { number } } }
}"""
BY_CHANNEL_AND_PERSONA = """{
  stageConversion(from: "mql", to: "won", period: { window: ALL_TIME }, groupBy: [CHANNEL, PERSONA]) {
    entered groups { entered }
  }
}"""
TOO_MANY = "There are more than 1,000 groups: use fewer dimensions, or a filter."
TOUCHED_ACCOUNTS = """
    WITH made AS (
        INSERT INTO account (workspace_id, id, name)
        SELECT :w, gen_random_uuid(), 'Account ' || n FROM generate_series(1, :number) n RETURNING id
    )
    INSERT INTO touchpoint (workspace_id, id, kind, occurred_at, account_id)
    SELECT :w, gen_random_uuid(), 'CALL', '2026-01-01', id FROM made
"""
LEADS_OF_ALL_KINDS = """
    WITH channels AS (
        INSERT INTO channel (workspace_id, id, key, label)
        SELECT :w, gen_random_uuid(), 'channel_' || n, 'Channel ' || n FROM generate_series(1, 100) n RETURNING id
    ), personas AS (
        INSERT INTO persona (workspace_id, id, name)
        SELECT :w, gen_random_uuid(), 'Persona ' || n FROM generate_series(1, 10) n RETURNING id
    ), kinds AS (
        SELECT gen_random_uuid() AS journey_id, gen_random_uuid() AS lead_id, c.id AS channel_id, p.id AS persona_id
        FROM channels c, personas p
        UNION ALL SELECT gen_random_uuid(), gen_random_uuid(), NULL, NULL FROM generate_series(1, :number - 1000)
    ), journeys AS (
        INSERT INTO journey (workspace_id, id) SELECT :w, journey_id FROM kinds
    ), leads AS (
        INSERT INTO lead (workspace_id, id, journey_id, received_at, channel_id, persona_id)
        SELECT :w, lead_id, journey_id, '2026-01-01', channel_id, persona_id FROM kinds
    )
    INSERT INTO stage_transition (workspace_id, id, journey_id, lead_id, to_stage_id, occurred_at)
    SELECT :w, gen_random_uuid(), journey_id, lead_id, s.id, '2026-01-01'
    FROM kinds, funnel_stage s WHERE s.workspace_id = :w AND s.key = 'mql'
"""


@pytest.mark.parametrize(
    ("rows", "document", "field"),
    [(TOUCHED_ACCOUNTS, BY_ACCOUNT, "metric"), (LEADS_OF_ALL_KINDS, BY_CHANNEL_AND_PERSONA, "stageConversion")],
)
async def test_a_thousand_groups_are_answered_and_one_more_is_refused(
    reading: Reading, rows: str, document: str, field: str
) -> None:
    key = reading.library.company.workspace_id
    async with desk(reading.engine, key) as at:
        await at.connection.execute(text(rows), {"w": key, "number": 1000})
        assert len((await at.served(document, {}))[field]["groups"]) == 1000
    async with desk(reading.engine, key) as at:
        await at.connection.execute(text(rows), {"w": key, "number": 1001})
        with pytest.raises(ApiError) as caught:
            await at.served(document, {})
    assert (caught.value.code, caught.value.message) == (Code.BAD_USER_INPUT, TOO_MANY)


@pytest.mark.parametrize(
    ("document", "value", "name"),
    [
        (
            "query ($many: [Dimension!]!) { metric(key: SPEND, %s, groupBy: $many) { value { number } } }",
            "CHANNEL",
            "groupBy",
        ),
        ("query ($many: [MetricKey!]!) { metrics(keys: $many, windows: [ALL_TIME]) { window } }", "SPEND", "keys"),
        ("query ($many: [Window!]!) { metrics(keys: [SPEND], windows: $many) { window } }", "ALL_TIME", "windows"),
        ("query ($many: [String!]!) { funnel(stages: $many, %s) { entered } }", "mql", "stages"),
    ],
)
async def test_lists_that_no_answer_could_be_so_long_for_are_refused_unread(
    reading: Reading, document: str, value: str, name: str
) -> None:
    document = document.replace("%s", "period: { window: ALL_TIME }")
    async with desk(reading.engine, reading.library.company.workspace_id) as at:
        with pytest.raises(ApiError, match=f"^'{name}' has more than 500 values\\.$") as caught:
            await at.served(document, {"many": [value] * 501})
    assert caught.value.code is Code.BAD_USER_INPUT


async def test_what_is_asked_for_twice_is_told_twice_and_computed_once(reading: Reading) -> None:
    document = """query ($keys: [MetricKey!]!) {
      metrics(keys: $keys, windows: [ALL_TIME, LAST_YEAR]) { definition { key } window value { number } }
    }"""
    async with desk(reading.engine, reading.library.company.workspace_id) as at:
        server = await at.server()
        found = (await server.data(document, {"keys": ["SPEND", "LEADS_RECEIVED", "SPEND"]}))["metrics"]
        statements = []
        for number in (1, 2):
            await server.data(document, {"keys": ["SPEND"] * number})
            statements += server.statements
    told = [(one["definition"]["key"], one["window"]) for one in found]
    assert told == [
        (key, window) for key in ("SPEND", "LEADS_RECEIVED", "SPEND") for window in ("ALL_TIME", "LAST_YEAR")
    ]
    assert found[:2] == found[4:]
    assert len(statements[1]) < len(statements[0]) + 100


async def test_the_filter_of_the_velocity_takes_the_dimensions_that_all_its_parts_have(reading: Reading) -> None:
    document = """query ($of: Dimension!) {
      pipelineVelocity(filter: [{ dimension: $of, keys: [null] }]) { openOpportunities }
    }"""
    async with desk(reading.engine, reading.library.company.workspace_id) as at:
        server = await at.server()
        for missing in ("STAGE", "LOST_REASON"):
            with pytest.raises(
                ApiError, match=f"^pipelineVelocity has no dimension {missing}\\. Its dimensions are: "
            ) as caught:
                await server.data(document, {"of": missing})
            assert not {"STAGE", "LOST_REASON"} & set(caught.value.message.partition(": ")[2].rstrip(".").split(", "))
        assert await server.data(document, {"of": "TEAM"}) == {"pipelineVelocity": {"openOpportunities": "0"}}
