"""Metrics of content, of touchpoints and of influence over random libraries, against an oracle that looks at every row."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from db.models import Persona
from resolvers.compiler.errors import ApiError, Code
from resolvers.metrics import content, influence, touchpoints
from tests.oracle.desk import desk
from tests.oracle.profile import examples
from tests.oracle.rows import public_id
from tests.resolvers.metrics.asking import periods, questions
from tests.resolvers.metrics.deals import Deal, moment, steps
from tests.resolvers.metrics.library import ASSETS, Event, Piece, Shelf, shelves
from tests.resolvers.metrics.reading import ALL_TIME, COVERAGE, Reading

KEYS = sorted(metric.key for family in (content, touchpoints, influence) for metric in family.METRICS)


@given(shelf=shelves, asked=st.lists(questions(KEYS), min_size=2, max_size=4))
@examples(20)
async def test_any_library(reading: Reading, shelf: Shelf, asked: list[dict[str, Any]]) -> None:
    await reading.metrics(shelf, *asked)


@st.composite
def coverages(draw: st.DrawFn) -> dict[str, Any]:
    asked = {"period": draw(periods()), "asOf": moment(draw(steps)).isoformat()}
    places = st.lists(st.integers(0, 2), max_size=3, unique=True)
    return asked | {"personas": draw(st.none() | places), "stages": draw(st.none() | places)}


@given(shelf=shelves, asked=coverages())
@examples(20)
async def test_any_coverage(reading: Reading, shelf: Shelf, asked: dict[str, Any]) -> None:
    """Every cell is there, whatever is in it."""
    stages = list(reading.library.stages.values())
    personas = reading.library.company.personas
    ids = {
        "personas": asked["personas"] and [public_id("persona", personas[place]) for place in asked["personas"]],
        "stages": asked["stages"] and [public_id("buying_stage", stages[place]) for place in asked["stages"]],
    }
    answer = await reading.coverage(shelf, **asked | ids)
    sides = (
        2 if asked["personas"] is None else len(asked["personas"]),
        len(stages) if asked["stages"] is None else len(asked["stages"]),
    )
    assert len(answer["cells"]) == sides[0] * sides[1]


@given(shelf=shelves, data=st.data())
@examples(6)
async def test_void_events_and_the_order_of_arrival_do_not_matter(
    reading: Reading, shelf: Shelf, data: st.DataObject
) -> None:
    asked = [{"key": key, **ALL_TIME} for key in KEYS]
    happened = [event for event in shelf.events if not event.void]
    shuffled = replace(shelf, events=data.draw(st.permutations(happened)))
    assert await reading.metrics(shelf, *asked) == await reading.metrics(shuffled, *asked)


@given(shelf=shelves)
@examples(6)
async def test_parts_are_of_their_wholes(reading: Reading, shelf: Shelf) -> None:
    """What was influenced is some of what there was; uses of members add up; shares are no more than 1."""
    keys = ("INFLUENCED_REVENUE", "WON_AMOUNT", "INFLUENCED_PIPELINE", "OPEN_PIPELINE", "USED_SHARE", "FRESHNESS")
    answers = await reading.metrics(shelf, *({"key": key} for key in keys))
    revenue, won, pipeline, open_, used, fresh = (answer["value"]["number"] for answer in answers)
    assert float(revenue) <= float(won)
    assert float(pipeline) <= float(open_)
    assert all(share is None or 0 <= float(share) <= 1 for share in (used, fresh))
    (uses,) = await reading.metrics(shelf, {"key": "CONTENT_USES", "groupBy": ["OWNER", "ASSET_KIND"]})
    assert sum(int(group["value"]["number"]) for group in uses["groups"]) == int(uses["value"]["number"])
    assert not uses["overlapping"]


AS_OF = "2026-07-01T04:00:00+00:00"
"""The beginning of a day in New York."""
JUNE = {"period": {"from": "2026-06-01", "to": "2026-07-01"}, "asOf": AS_OF}


async def number(reading: Reading, shelf: Shelf, key: str, **asked: Any) -> tuple[Any, Any, Any]:
    (answer,) = await reading.metrics(shelf, JUNE | {"key": key} | asked)
    return answer["value"]["number"], answer["numerator"], answer["denominator"]


async def test_fresh_is_what_was_reviewed_in_the_last_365_days_of_the_period(reading: Reading) -> None:
    reviewed = (date(2025, 6, 30), date(2025, 7, 1), date(2026, 6, 30), date(2026, 7, 1), None)
    shelf = Shelf(pieces=[Piece(reviewed=day) for day in reviewed])
    assert await number(reading, shelf, "FRESHNESS") == ("0.4", "2", "5")


async def test_active_is_what_is_to_be_used_today_and_was_published_by_the_end(reading: Reading) -> None:
    pieces = [
        Piece(),
        Piece(published=date(2026, 6, 30)),
        Piece(published=date(2026, 7, 1)),
        Piece(status="DRAFT"),
        Piece(status="ARCHIVED"),
    ]
    used = [Event(1, "VIEWED", asset=place, contact=0) for place in range(5)]
    shelf = Shelf(pieces=pieces, events=used)
    assert await number(reading, shelf, "USED_SHARE", period={"from": "2026-01-01", "to": "2026-07-01"}) == (
        "1",
        "2",
        "2",
    )
    assert await number(reading, shelf, "USED_SHARE") == ("0", "0", "2")
    assert await number(reading, Shelf(), "USED_SHARE") == (None, "0", "0")


async def test_whoever_makes_content_again_has_not_used_it(reading: Reading) -> None:
    """Ada and Ben are the active sellers; Cyd is of marketing, Dan has left."""
    done = [
        Event(1, "RECREATED", member=0, minutes=90),
        Event(1, "SENT", member=1, minutes=50),
        Event(2, "CUSTOMIZED", member=2, minutes=30),
        Event(2, "VIEWED", member=3),
        Event(2, "VIEWED", contact=0),
        Event(3, "CUSTOMIZED", member=1, minutes=600, void=True),
    ]
    shelf, spring = Shelf(events=done), {"period": {"from": "2026-01-01", "to": "2026-04-01"}}
    assert await number(reading, shelf, "CONTENT_USES", **spring) == ("4", None, None)
    assert await number(reading, shelf, "CONTENT_USERS", **spring) == ("3", None, None)
    assert await number(reading, shelf, "CONTENT_ADOPTION", **spring) == ("0.5", "1", "2")
    assert await number(reading, shelf, "REINVENTION_HOURS", **spring) == ("0.333333", "2", "6")
    half = {"period": {"from": "2026-02-01", "to": "2026-02-15"}}
    assert await number(reading, shelf, "REINVENTION_HOURS", **half) == ("1.5", "1.5", "1")
    assert (await number(reading, shelf, "REINVENTION_HOURS", **ALL_TIME))[0] is None


def won(step: int) -> Deal:
    """An opportunity worth 10, opened at the start and won at a step."""
    return Deal(0, 0, True, None, None, None, 1000, "USD", frozenset(), None, (("discovery", 0), ("won", step)))


@pytest.mark.parametrize(
    ("event", "influenced"),
    [
        (Event(3, deal=0), "10"),
        (Event(3, deal=0, of_lead=True), "10"),
        (Event(3, contact=0), "10"),
        (Event(3, "SENT", deal=0), "10"),
        (Event(3, "RECREATED", deal=0), "0"),
        (Event(3, deal=0, void=True), "0"),
        (Event(3, contact=1), "0"),
        (Event(3, account=0), "0"),
        (Event(4, deal=0), "0"),
    ],
    ids=[
        "its own",
        "its lead's",
        "its buyer's",
        "a use",
        "made again",
        "void",
        "of another",
        "account only",
        "at closing",
    ],
)
async def test_what_influences_a_deal(reading: Reading, event: Event, influenced: str) -> None:
    deal = replace(won(4), account=0)
    shelf = Shelf(deals=[deal], groups=[frozenset({0})], events=[event])
    asked = {"key": "INFLUENCED_REVENUE", "groupBy": ["TOUCHED_ASSET"]}
    (answer,) = await reading.metrics(shelf, asked)
    assert answer["value"] == {"number": influenced, "unit": "MONEY", "currencyCode": "USD"}
    assert answer["overlapping"]
    keys = [group["dimensions"][0]["key"] for group in answer["groups"]]
    assert keys == ([] if influenced == "0" else [reading.asset(0)])


async def test_a_further_opportunity_is_touched_by_what_touched_its_lead(reading: Reading) -> None:
    first, further = won(2), replace(won(6), received=None)
    event = Event(1, deal=0, of_lead=True, asset=None)
    shelf = Shelf(deals=[first, further], origins=frozenset({(1, 0)}), events=[event])
    (answer,) = await reading.metrics(shelf, {"key": "INFLUENCED_OPPORTUNITIES", "groupBy": ["TOUCHED_ASSET"]})
    assert answer["value"]["number"] == "2"
    assert [(group["dimensions"][0]["key"], group["value"]["number"]) for group in answer["groups"]] == [(None, "2")]


async def test_each_of_several_touches_counts_a_deal_once(reading: Reading) -> None:
    touched = [Event(1, deal=0, asset=0), Event(2, "SENT", deal=0, asset=0), Event(3, deal=0, asset=1)]
    shelf = Shelf(deals=[won(4)], events=touched)
    (answer,) = await reading.metrics(shelf, {"key": "INFLUENCED_REVENUE", "groupBy": ["TOUCHED_ASSET"]})
    assert answer["value"]["number"] == "10"
    assert [group["value"]["number"] for group in answer["groups"]] == ["10", "10"]


async def test_the_levels_of_coverage(reading: Reading) -> None:
    pieces = [Piece(fits=frozenset({("awareness", None), ("awareness", 0)}))] * 2
    pieces += [Piece(fits=frozenset({("awareness", 0)}))] * 2 + [Piece(fits=frozenset({("awareness", 1)}))] * 2
    shelf = Shelf(pieces=pieces, events=[Event(1, "VIEWED", asset=0), Event(1, "VIEWED", asset=2)])
    cells = (await reading.coverage(shelf))["cells"]
    assert [(cell["persona"]["name"], cell["buyingStage"]["key"]) for cell in cells] == [
        (name, key) for name in ("Buyer", "Porter") for key in ("awareness", "consideration", "decision", "purchase")
    ]
    first = [(cell["assets"], cell["level"], cell["uses"]) for cell in cells]
    assert first == [(4, "GOOD", 1), *[(0, "GAP", 0)] * 3, (4, "GOOD", 2), *[(0, "GAP", 0)] * 3]
    ghost = [public_id("persona", reading.library.company.personas[2])]
    found = (await reading.coverage(shelf, personas=ghost))["cells"]
    assert [(cell["assets"], cell["level"]) for cell in found] == [(2, "THIN"), *[(0, "GAP")] * 3]
    many = replace(shelf, pieces=[Piece(fits=frozenset({("decision", None)}))] * ASSETS)
    assert (await reading.coverage(many))["cells"][2]["level"] == "EXCESS"


async def test_amounts_without_a_rate_are_told(reading: Reading) -> None:
    """Swiss francs have no rate: two such deals were touched, one of them with an asset of a cell."""
    deals = [replace(won(4), code="CHF"), replace(won(4), code="CHF"), won(4)]
    events = [Event(1, deal=0), Event(1, deal=1, asset=None), Event(1, deal=2)]
    shelf = Shelf(pieces=[Piece(fits=frozenset({("decision", None)}))], deals=deals, events=events)
    (answer,) = await reading.metrics(shelf, {"key": "INFLUENCED_REVENUE"})
    assert (answer["value"]["number"], answer["excluded"]) == ("10", [{"currencyCode": "CHF", "count": 2}])
    covered = await reading.coverage(shelf)
    assert covered["excluded"] == [{"currencyCode": "CHF", "count": 1}]
    assert covered["cells"][2]["influencedRevenue"] == {"amount": "10", "currencyCode": "USD"}


async def test_the_objects_behind_a_share(reading: Reading) -> None:
    document = """
    query ($asOf: DateTime!) {
      metric(key: USED_SHARE, period: { window: ALL_TIME }, asOf: $asOf) {
        drillDown(side: NUMERATOR, first: 5) { totalCount nodes { ... on ContentAsset { title } } }
      }
    }"""
    shelf = Shelf(pieces=[Piece(), Piece()], events=[Event(1, "VIEWED", asset=1)])
    async with desk(reading.engine, reading.library.company.workspace_id) as asked:
        await reading.library.write(asked.connection, shelf)
        found = await asked.served(document, {"asOf": AS_OF})
    assert found["metric"]["drillDown"] == {"totalCount": 1, "nodes": [{"title": "Guide 1"}]}


@pytest.mark.parametrize(
    ("key", "side", "objects"),
    [
        ("CONTENT_USES", None, ["ContentUsage", "ContentUsage"]),
        ("CONTENT_ADOPTION", "NUMERATOR", ["Member"]),
        ("CONTENT_ADOPTION", "DENOMINATOR", ["Member", "Member"]),
        ("REINVENTION_HOURS", "NUMERATOR", ["ContentUsage"]),
        ("REINVENTION_HOURS", "DENOMINATOR", ["Member", "Member"]),
        ("FRESHNESS", "DENOMINATOR", ["ContentAsset"]),
        ("TOUCHPOINTS", None, ["Touchpoint", "Touchpoint"]),
        ("TOUCHPOINT_COST", None, ["Touchpoint"]),
        ("CONTENT_USERS", None, ["Member"]),
        ("INFLUENCED_REVENUE", None, ["Opportunity"]),
        ("INFLUENCED_PIPELINE", None, []),
    ],
)
async def test_the_objects_behind_each_number(reading: Reading, key: str, side: str | None, objects: list[str]) -> None:
    document = """
    query ($key: MetricKey!, $side: Side, $asOf: DateTime!) {
      metric(key: $key, period: { window: ALL_TIME }, asOf: $asOf) {
        drillDown(side: $side, first: 5) { nodes { __typename } }
      }
    }"""
    events = [
        Event(1, "SENT", member=0, deal=0),
        Event(1, "CUSTOMIZED", contact=0, minutes=7),
        Event(2, "RECREATED", member=0),
        Event(1),
        Event(2, cost=(9, "USD")),
    ]
    shelf = Shelf(pieces=[Piece()], deals=[won(4)], events=events)
    async with desk(reading.engine, reading.library.company.workspace_id) as asked:
        await reading.library.write(asked.connection, shelf)
        found = await asked.served(document, {"key": key, "side": side, "asOf": AS_OF})
    assert [node["__typename"] for node in found["metric"]["drillDown"]["nodes"]] == objects


async def test_whoever_is_not_of_the_workspace_has_no_cell(reading: Reading) -> None:
    nobody = public_id("persona", uuid4())
    assert (await reading.coverage(Shelf(), personas=[nobody]))["cells"] == []
    async with desk(reading.engine, reading.library.company.workspace_id) as asked:
        with pytest.raises(ApiError, match="is not an id that begins with 'bstage_'") as refused:
            await asked.served(COVERAGE, ALL_TIME | {"asOf": AS_OF, "stages": [nobody]})
    assert refused.value.code is Code.BAD_USER_INPUT


async def test_too_many_cells_are_refused(reading: Reading) -> None:
    async with desk(reading.engine, reading.library.company.workspace_id) as asked:
        people = [{"workspace_id": asked.workspace_id, "name": f"Persona {number}"} for number in range(249)]
        await asked.connection.execute(insert(Persona), people)
        with pytest.raises(ApiError, match="more than 1,000 cells") as refused:
            await asked.served(COVERAGE, ALL_TIME | {"asOf": AS_OF})
    assert refused.value.code is Code.BAD_USER_INPUT
