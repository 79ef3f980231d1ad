"""A look back needs no oracle: as of a moment every metric is what it would be had nothing been recorded from then on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from resolvers.metrics import duration, entries, leads, opportunities
from resolvers.metrics.catalogue import CATALOGUE
from resolvers.metrics.dimension import Dimension
from tests.oracle.desk import desk
from tests.oracle.profile import examples
from tests.resolvers.metrics.deals import LAST, Deal, deals, moment, steps
from tests.resolvers.metrics.library import Shelf, shelves
from tests.resolvers.metrics.reading import METRIC, Reading

OF_JOURNEYS = [metric.key for family in (duration, entries, leads, opportunities) for metric in family.METRICS]
TODAYS = {Dimension.LOST_REASON}
"""Attributes are today's, also in a look back; this one is written with the loss of an opportunity."""
WINDOWS = ("LAST_30_DAYS", "LAST_12_MONTHS", "THIS_QUARTER", "LAST_QUARTER", "THIS_YEAR", "ALL_TIME", "ALL_TIME")


@st.composite
def questions(draw: st.DrawFn, keys: Sequence[str]) -> dict[str, Any]:
    key = draw(st.sampled_from(keys))
    dimensions = [one for one in CATALOGUE[key].dimensions if one not in TODAYS]
    first, last = sorted((draw(steps), draw(steps)))
    named = {"from": moment(first).date().isoformat(), "to": moment(last).date().isoformat()}
    return {
        "key": key,
        "period": draw(st.sampled_from((named, {"window": draw(st.sampled_from(WINDOWS))}))),
        "groupBy": [str(one) for one in draw(st.lists(st.sampled_from(dimensions), max_size=2, unique=True))],
    }


async def looks_back(reading: Reading, shelf: Shelf, step: int, asked: Sequence[dict[str, Any]]) -> None:
    """Answers as of a step are the same with all that was recorded, and without what was recorded since."""
    then = [question | {"asOf": moment(step).isoformat()} for question in asked]
    answers = [await answered(reading, one, then) for one in (shelf.before(LAST + 1), shelf.before(step))]
    assert answers[0] == answers[1]


async def answered(reading: Reading, shelf: Shelf, asked: Sequence[dict[str, Any]]) -> list[Any]:
    async with desk(reading.engine, reading.library.company.workspace_id) as made:
        await reading.library.write(made.connection, shelf)
        server = await made.server()
        return [await server.data(METRIC, question) for question in asked]


@given(written=deals, step=steps, asked=st.lists(questions(OF_JOURNEYS), min_size=3, max_size=6))
@examples(60)
async def test_later_entries_to_stages_do_not_matter(
    reading: Reading, written: list[Deal], step: int, asked: list[dict[str, Any]]
) -> None:
    await looks_back(reading, Shelf(deals=written), step, asked)


@given(shelf=shelves, step=steps, asked=st.lists(questions(sorted(CATALOGUE)), min_size=3, max_size=6))
@examples(30)
async def test_later_events_of_any_kind_do_not_matter(
    reading: Reading, shelf: Shelf, step: int, asked: list[dict[str, Any]]
) -> None:
    await looks_back(reading, shelf, step, asked)
