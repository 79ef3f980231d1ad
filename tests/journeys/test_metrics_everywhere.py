"""Every metric by every one of its dimensions over the demo company, and what is behind it: all as the oracle says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from resolvers.metrics.catalogue import CATALOGUE
from resolvers.metrics.overview import MOST
from resolvers.metrics.period import Window
from tests.journeys.bench import Bench
from tests.oracle.computed import span
from tests.oracle.generator import Operation
from tests.oracle.metrics.behind import SIDES
from tests.oracle.metrics.catalogue import DEFINITIONS
from tests.oracle.metrics.metric import question
from tests.oracle.server import NOW
from tests.oracle.values import moment

KEYS = sorted(CATALOGUE)
LATER, EARLIER = NOW.isoformat(), "2026-07-09T15:16:17.5Z"
SPANS = (("ALL_TIME", LATER), ("THIS_YEAR", EARLIER), ("LAST_90_DAYS", EARLIER))
"""Windows and ``asOf``. The second ends within a day, the third begins and ends within months."""
HEAD = "query ($window: Window!, $asOf: DateTime!)"
NUMBERS = "value { number unit currencyCode } numerator denominator sampleSize"
EXCLUDED = "excluded { currencyCode count }"
PAGE = """{
  totalCount nodes { __typename id } edges { cursor }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
}"""
MANY = 12


def asked(key: str, selected: str, by: Sequence[str] = ()) -> str:
    """A metric in a window, by some dimensions."""
    name, names = "_".join(["all", *by]), ", ".join(by)
    return (
        f"{name}: metric(key: {key}, period: {{ window: $window }}, asOf: $asOf, groupBy: [{names}]) {{ {selected} }}"
    )


async def right(bench: Bench, document: str, **variables: Any) -> None:
    assert await bench.wrong(Operation(document, variables)) is None


@pytest.mark.parametrize("key", KEYS)
async def test_every_dimension(bench: Bench, key: str) -> None:
    """One by one; two at a time where there are many, which takes half as long."""
    names = [str(name) for name in CATALOGUE[key].dimensions]
    together = 1 if len(names) < MANY else 2
    whole = f"definition {{ key unit better dimensions }} period {{ from to }} {NUMBERS} overlapping {EXCLUDED}"
    groups = f"overlapping groups {{ dimensions {{ name key label }} {NUMBERS} }}"
    divided = [asked(key, groups, names[place : place + together]) for place in range(0, len(names), together)]
    for window, as_of in SPANS[:2]:
        await right(bench, f"{HEAD} {{ {asked(key, whole)} {' '.join(divided)} }}", window=window, asOf=as_of)


@pytest.mark.parametrize("key", KEYS)
async def test_the_objects_behind_both_sides(bench: Bench, key: str) -> None:
    """Of all, and of the middle one of the groups by some dimension: another for each metric."""
    dimensions = CATALOGUE[key].dimensions
    by = dimensions[KEYS.index(key) % len(dimensions)]
    group = f"group: [{{ dimension: {by}, keys: $keys }}]"
    pages = "".join(
        f"all{place}: drillDown({side}first: 20) {PAGE} some{place}: drillDown({side}first: 5, {group}) {PAGE}"
        for place, side in enumerate(sides(key))
    )
    for window, as_of in SPANS:
        keys = [middle(bench, key, str(by), window, as_of)]
        document = f"query ($window: Window!, $asOf: DateTime!, $keys: [String]!) {{ {asked(key, pages)} }}"
        await right(bench, document, window=window, asOf=as_of, keys=keys)


def sides(key: str) -> list[str]:
    """The argument for each side of a quotient, or none."""
    return [""] if DEFINITIONS[key].by is None else [f"side: {side}, " for side in SIDES]


def middle(bench: Bench, key: str, by: str, window: str, as_of: str) -> str | None:
    """The key of the group in the middle."""
    arguments = {"period": {"window": window}, "asOf": moment(as_of)}
    bounds, until = span(bench.world, bench.server.asked, arguments)
    groups = question(bench.world, key, arguments, bounds, until).groups([by])
    found: str | None = groups[len(groups) // 2]["dimensions"][0]["key"] if groups else None
    return found


SOME = ("ACTIVE_JOURNEYS", "CONTENT_USERS", "OPEN_PIPELINE", "ROMI", "STAGE_ENTRIES", "USED_SHARE", "WIN_RATE")
"""Behind some are objects of one moment, behind others values or parts; and STAGE_ENTRIES are many."""


@pytest.mark.parametrize("key", SOME)
async def test_all_pages_together_are_all_objects(bench: Bench, key: str) -> None:
    variables = {"window": "ALL_TIME", "asOf": LATER}
    for side in sides(key):
        page = f"drillDown({side}first: 20, after: $after) {{ nodes {{ id }} pageInfo {{ hasNextPage endCursor }} }}"
        document = f"query ($window: Window!, $asOf: DateTime!, $after: String) {{ {asked(key, page)} }}"
        found: list[str] = []
        at: dict[str, Any] = {"hasNextPage": True, "endCursor": None}
        while at["hasNextPage"]:
            answer = await bench.server.data(document, variables | {"after": at["endCursor"]})
            found += [node["id"] for node in answer["all"]["drillDown"]["nodes"]]
            at = answer["all"]["drillDown"]["pageInfo"]
        everything = asked(key, f"drillDown({side}first: 100000) {{ nodes {{ id }} }}")
        expected = bench.expected(Operation(f"{HEAD} {{ {everything} }}", variables))
        assert found == [node["id"] for node in expected["all"]["drillDown"]["nodes"]]


WINDOWS = [window.value for window in Window]


AT_ONCE = MOST // len(WINDOWS) - 1


@pytest.mark.parametrize("first", range(0, len(KEYS), AT_ONCE))
async def test_all_metrics_over_all_windows(bench: Bench, first: int) -> None:
    """The first of some metrics comes again, as what has been computed already."""
    keys = [*KEYS[first : first + AT_ONCE], KEYS[first]]
    document = f"""query ($asOf: DateTime!) {{
      metrics(keys: [{", ".join(keys)}], windows: [{", ".join(WINDOWS)}], asOf: $asOf) {{
        definition {{ key }} window period {{ from to }} {NUMBERS} {EXCLUDED}
      }}
    }}"""
    await right(bench, document, asOf=LATER)


async def test_the_catalogue(bench: Bench) -> None:
    await right(bench, "{ metricCatalogue { key unit better dimensions } }")
