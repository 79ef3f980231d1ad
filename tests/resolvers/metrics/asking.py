"""Random questions for a metric: over what, as of when, taken apart and narrowed how, and perhaps what is behind it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from resolvers.metrics.catalogue import CATALOGUE
from resolvers.metrics.measure import Ratio
from resolvers.metrics.period import Window
from tests.resolvers.metrics.deals import LAST, Company, Key, moment, steps

KEYS: Mapping[str, tuple[Key, ...]] = {
    **dict.fromkeys(("CHANNEL", "TOUCHED_CHANNEL"), ("search", "fair", None, "nowhere")),
    **dict.fromkeys(("PERSONA", "CAMPAIGN", "ACTIVITY", "OWNER", "ACCOUNT", "ASSET"), (0, 1, None)),
    **dict.fromkeys(("BUYING_GROUP_PERSONA", "TOUCHED_ASSET", "TOUCHED_CAMPAIGN"), (0, 1, None)),
    "TEAM": (0, None),
    "INDUSTRY": ("Retail", None),
    "COUNTRY": ("SE", None),
    "TIER": ("A", None),
    "PIPELINE": ("second", None),
    "STAGE": ("discovery", "review", None),
    "LOST_REASON": ("Price", None),
    "ASSET_KIND": ("ARTICLE", "VIDEO", None),
    "PRODUCT": ("gate", "dock", None),
}
"""Of each dimension some keys of its values; of a channel one that there is not."""

WINDOWS = [window.value for window in Window if window is not Window.ALL_TIME]
BY_DAY = ("LAST_30_DAYS", "LAST_90_DAYS")
"""Windows that are short enough for a series of days."""


SPANS = [(first, last) for last in range(LAST + 1) for first in range(last + 1)]
"""Steps in their order."""


@st.composite
def periods(draw: st.DrawFn) -> dict[str, Any]:
    """Two days in their order, a window, or all time."""
    first, last = draw(st.sampled_from(SPANS))
    named = {"from": moment(first).date().isoformat(), "to": moment(last).date().isoformat()}
    window = {"window": draw(st.sampled_from(WINDOWS))}
    return draw(st.sampled_from((named, named, window, {"window": "ALL_TIME"})))


def keys(dimension: str) -> st.SearchStrategy[list[Key]]:
    """Some keys of a dimension, rarely none."""
    some: st.SearchStrategy[list[Key]] = st.lists(st.sampled_from(KEYS[dimension]), min_size=1, max_size=2, unique=True)
    return some | some | some | st.just([])


@st.composite
def narrowing(draw: st.DrawFn, dimensions: Sequence[str]) -> list[dict[str, Any]]:
    """A filter in one dimension."""
    dimension = draw(st.sampled_from(dimensions))
    return [{"dimension": dimension, "keys": draw(keys(dimension))}]


@st.composite
def questions(
    draw: st.DrawFn, keys: Sequence[str], *, apart_from: Collection[str] = (), behind: bool = True
) -> dict[str, Any]:
    """The variables of a question for one of the metrics with these keys; places stand in its filters.

    Dimensions may be left out, and the objects behind the number.
    """
    key = draw(st.sampled_from(keys))
    metric = CATALOGUE[key]
    dimensions = [str(one) for one in metric.dimensions if one not in apart_from]
    asked: dict[str, Any] = {
        "key": key,
        "period": draw(periods()),
        "asOf": moment(draw(st.just(LAST) | steps)).isoformat(),
        "groupBy": draw(st.lists(st.sampled_from(dimensions), max_size=2, unique=True)),
    }
    if metric.is_distribution:
        asked["statistic"] = draw(st.sampled_from(("MEDIAN", "MEAN", "P90")))
    window = asked["period"].get("window")
    if window != "ALL_TIME":
        grains = ("WEEK", "MONTH", "QUARTER", "YEAR", *(("DAY",) if window in {None, *BY_DAY} else ()))
        asked["grain"] = draw(st.none() | st.sampled_from(grains))
    if draw(st.booleans()):
        asked["filter"] = draw(narrowing(dimensions))
    if behind and draw(st.booleans()):
        asked["behind"] = True
        asked["side"] = (
            draw(st.sampled_from(("NUMERATOR", "DENOMINATOR"))) if isinstance(metric.measure, Ratio) else None
        )
        asked["group"] = draw(st.none() | narrowing(dimensions))
    return asked


def keyed(company: Company, question: dict[str, Any]) -> dict[str, Any]:
    """A question with the ids of what its filters tell by places."""
    filters = {
        name: [one | {"keys": company.keys(one["dimension"], one["keys"])} for one in question[name]]
        for name in ("filter", "group")
        if question.get(name)
    }
    return question | filters
