"""How goals stand: their metric's value, beside the straight line from where it starts to where it is to be."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from tests.oracle.metrics import deals
from tests.oracle.metrics.catalogue import DEFINITIONS, DIMENSIONS
from tests.oracle.metrics.facts import Counted, Span, values_of
from tests.oracle.metrics.metric import metric
from tests.oracle.metrics.numbers import exact, shown
from tests.oracle.period import first_instant
from tests.oracle.rows import PREFIXES, Row, World

WORST_FIRST = ("OFF_TRACK", "AT_RISK", "NOT_MEASURABLE", "NO_VALUE", "NOT_STARTED", "ON_TRACK", "MET")


def progress(world: World, goal: Row, as_of: datetime) -> dict[str, Any]:
    """By the names of the schema, without the definition."""
    zone = world.workspace["time_zone"]
    begins, ends = first_instant(goal["starts_on"], zone), first_instant(goal["ends_on"], zone)
    trouble = problem(world, goal)
    found = None
    if trouble is None and begins < as_of:
        asked = {"key": goal["metric"], "filter": _filters(goal)}
        found = metric(world, asked, (begins, ends), as_of)
    actual = found["value"]["number"] if found else None
    baseline, aim = Fraction(goal["baseline"] or 0), target(goal)
    now = min(max(as_of, begins), ends)
    elapsed, left = _seconds(begins, now) / _seconds(begins, ends), _seconds(now, ends)
    line = baseline + (aim - baseline) * elapsed
    value = None if actual is None else Fraction(actual)
    said: dict[str, Any] = {
        "goal": goal,
        "status": status(goal["metric"], trouble, begins < as_of, value, aim, line, left),
        "problem": trouble,
        "actual": _valued(world, goal["metric"], actual),
        "excluded": sum(one["count"] for one in found["excluded"]) if found else 0,
        "ends": ends,
        "in_force": begins <= as_of < ends,
    }
    kept = {"baseline": exact(baseline), "target": exact(aim)}
    numbers = {
        "elapsed": elapsed,
        "onTrackValue": line,
        "daysLeft": left / 86_400,
        "attainment": None if value is None or aim == baseline else (value - baseline) / (aim - baseline),
        "pace": pace(goal["metric"], value, line),
        "projected": projected(goal["metric"], value, baseline, elapsed),
        "requiredPerDay": None if value is None or not left else (aim - value) * 86_400 / left,
    }
    return said | kept | {name: shown(number) for name, number in numbers.items()}


def _seconds(start: datetime, end: datetime) -> Fraction:
    length = end - start
    return Fraction(length.days * 86_400 + length.seconds) + Fraction(length.microseconds, 1_000_000)


def target(goal: Row) -> Fraction:
    if goal["target"] is not None:
        return Fraction(goal["target"])
    return Fraction(goal["baseline"]) * Fraction(goal["factor"])


def problem(world: World, goal: Row) -> str | None:
    """Why it cannot be measured."""
    if goal["metric"] not in DEFINITIONS:
        return f"There is no metric {goal['metric']}."
    foreign = sorted(set(goal["filters"]) - DEFINITIONS[goal["metric"]].dimensions)
    if foreign:
        return f"{goal['metric']} has no dimension {foreign[0]}."
    lost = [name for name in DIMENSIONS if not _known(world, name, goal["filters"].get(name, ()))]
    return f"The filters name what is not there: {', '.join(lost)}." if lost else None


_BY_KEY = {
    **dict.fromkeys(("CHANNEL", "TOUCHED_CHANNEL"), "channel"),
    "PIPELINE": "pipeline",
    "STAGE": "funnel_stage",
    "PRODUCT": "product",
}
_BY_ID = {
    **dict.fromkeys(("PERSONA", "BUYING_GROUP_PERSONA"), "persona"),
    **dict.fromkeys(("CAMPAIGN", "TOUCHED_CAMPAIGN"), "campaign"),
    **dict.fromkeys(("ASSET", "TOUCHED_ASSET"), "content_asset"),
    "ACTIVITY": "activity",
    "OWNER": "member",
    "TEAM": "team",
    "ACCOUNT": "account",
}
"""The tables of values, by what the keys are; in other dimensions any text may be one."""


def _known(world: World, dimension: str, keys: Sequence[str | None]) -> bool:
    given = {key for key in keys if key is not None}
    if dimension in _BY_KEY:
        return given <= {row["key"] for row in world.tables[_BY_KEY[dimension]]}
    if dimension in _BY_ID:
        form = re.compile(PREFIXES[_BY_ID[dimension]] + r"_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
        return all(form.fullmatch(key) for key in given)
    return True


def _filters(goal: Row) -> list[dict[str, Any]]:
    return [{"dimension": name, "keys": keys} for name, keys in goal["filters"].items()]


def _valued(world: World, key: str, number: Any) -> dict[str, Any] | None:
    if key not in DEFINITIONS:
        return None
    unit = DEFINITIONS[key].unit
    currency = world.workspace["currency_code"] if unit == "MONEY" else None
    return {"number": number, "unit": unit, "currencyCode": currency}


def pace(key: str, value: Fraction | None, line: Fraction) -> Fraction | None:
    if value is None:
        return None
    over, under = (line, value) if DEFINITIONS[key].less else (value, line)
    return over / under if under else None


def projected(key: str, value: Fraction | None, baseline: Fraction, elapsed: Fraction) -> Fraction | None:
    if value is None or not DEFINITIONS[key].grows:
        return value
    return baseline + (value - baseline) / elapsed


def status(
    key: str,
    trouble: str | None,
    begun: bool,
    value: Fraction | None,
    aim: Fraction,
    line: Fraction,
    left: Fraction,
) -> str:
    if trouble is not None:
        return "NOT_MEASURABLE"
    if not begun:
        return "NOT_STARTED"
    if value is None:
        return "NO_VALUE"
    if DEFINITIONS[key].less:
        if value <= aim and not (DEFINITIONS[key].grows and left):
            return "MET"
        reached, wanted = line, value
    else:
        if value >= aim:
            return "MET"
        reached, wanted = value, line
    if reached * 10 >= wanted * 9:
        return "ON_TRACK"
    return "AT_RISK" if reached * 10 >= wanted * 7 else "OFF_TRACK"


def in_force(world: World, arguments: Mapping[str, Any], as_of: datetime) -> list[dict[str, Any]]:
    """The goals in whose period a moment lies."""
    found = [progress(world, goal, as_of) for goal in world.tables["joint_goal"]]
    wanted = arguments.get("status")
    found = [one for one in found if one["in_force"] and (wanted is None or one["status"] in wanted)]
    found.sort(
        key=lambda one: (
            WORST_FIRST.index(one["status"]),
            one["pace"] is None,
            one["pace"] or 0,
            one["ends"],
            one["goal"]["id"],
        )
    )
    return found[: arguments["first"]]


def roll_up(world: World, goal: Row, as_of: datetime) -> dict[str, Any]:
    """All goals below one."""
    below: dict[Any, Row] = {}
    rest = world.where("joint_goal", "parent_id", goal["id"])
    while rest:
        one = rest[0]
        rest = [*rest[1:], *(world.where("joint_goal", "parent_id", one["id"]) if one["id"] not in below else ())]
        below[one["id"]] = one
    below.pop(goal["id"], None)
    stand = [progress(world, one, as_of)["status"] for one in below.values()]
    parts = [
        one
        for one in below.values()
        if (one["parent_id"], one["metric"]) == (goal["id"], goal["metric"])
        and goal["starts_on"] <= one["starts_on"]
        and one["ends_on"] <= goal["ends_on"]
    ]
    adds_up = goal["metric"] in DEFINITIONS and DEFINITIONS[goal["metric"]].grows and parts
    together = sum((target(one) for one in parts), Fraction(0)) if adds_up else None
    return {
        "total": len(below),
        "byStatus": [{"status": one, "count": stand.count(one)} for one in WORST_FIRST if one in stand],
        "parts": len(parts),
        "partsTarget": exact(together),
        "gap": None if together is None else exact(target(goal) - together),
    }


def pipeline_coverage(world: World, goal: Row, as_of: datetime) -> dict[str, Any] | None:
    """What is open and expected in the period, beside what is left to win."""
    if goal["metric"] != "WON_AMOUNT" or problem(world, goal) is not None or "LOST_REASON" in goal["filters"]:
        return None
    zone = world.workspace["time_zone"]
    begins, ends = first_instant(goal["starts_on"], zone), first_instant(goal["ends_on"], zone)
    span = Span(begins, min(ends, as_of), as_of)
    won = [one for one in deals.closed(world, span) if one.numbers["won"] and _fits(world, one, goal)]
    pending = [
        one
        for one in deals.open_at_the_end(world, span)
        if one.subject["expected_close_on"] is not None
        and goal["starts_on"] <= one.subject["expected_close_on"] < goal["ends_on"]
        and _fits(world, one, goal)
    ]
    earned, coming = (
        sum((one.numbers["amount"] or Fraction(0) for one in rows), Fraction(0)) for rows in (won, pending)
    )
    left = target(goal) - earned
    return {
        "ratio": shown(coming / left) if left > 0 else None,
        "open": exact(coming),
        "won": exact(earned),
        "left": exact(left),
        "currencyCode": world.workspace["currency_code"],
        "excluded": sum(one.numbers["unrated"] is not None for one in [*won, *pending]),
    }


def _fits(world: World, one: Counted, goal: Row) -> bool:
    return all(
        any(key in keys for key, _label in values_of(world, one, name)) for name, keys in goal["filters"].items()
    )
