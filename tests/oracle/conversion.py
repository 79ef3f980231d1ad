"""Stage conversion by its definition: every journey's events are looked at one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from tests.oracle.rows import Row, World, not_void, public_id

LINE = ("LEAD", "OPPORTUNITY", "WON")


@dataclass(frozen=True)
class Counted:
    """What one journey adds to the counts."""

    journey: UUID
    entered_at: datetime | None
    """When it entered the first stage, if it counts there."""
    reached_at: datetime | None
    """When it reached the second one, if it counts there."""
    out_of_order: bool = False


def stage_conversion(
    world: World, arguments: Mapping[str, Any], span: tuple[datetime, datetime], as_of: datetime
) -> dict[str, Any]:
    """The answer of ``Query.stageConversion``, by the names of its type's fields."""
    stages = {stage["key"]: stage for stage in world.tables["funnel_stage"]}
    start, end = stages[arguments["from"]], stages[arguments["to"]]
    assert comes_after(end, start)
    histories: dict[UUID, list[Row]] = {}
    for event in not_void(world, "stage_transition"):
        if event["occurred_at"] < as_of:
            histories.setdefault(event["journey_id"], []).append(event)
    for history in histories.values():
        history.sort(key=lambda event: (event["occurred_at"], event["sequence"]))
    cohort, within = arguments["mode"] == "COHORT", arguments.get("within")
    targets = {end["id"]}
    if cohort and arguments["skipping"] != "STRICT":
        targets |= {stage["id"] for stage in stages.values() if comes_after(stage, end)}
    count = count_cohort if cohort else count_period
    counted = [count(journey, history, start["id"], targets, span, within) for journey, history in histories.items()]
    found = [one for one in counted if one is not None]
    names = arguments["groupBy"]
    return {"from": start, "to": end, **measures(found, cohort, within, as_of)} | {
        "groups": groups(world, found, names, cohort, within, as_of) if names else []
    }


def comes_after(stage: Row, other: Row) -> bool:
    """Whether ``stage`` is later than ``other`` on a line: leads, one pipeline's opportunities, won; never an exit."""
    if stage["kind"] not in LINE or other["kind"] not in LINE:
        return False
    if stage["kind"] != other["kind"]:
        return LINE.index(stage["kind"]) > LINE.index(other["kind"])
    return stage["pipeline_id"] == other["pipeline_id"] and bool(stage["position"] > other["position"])


def count_cohort(
    journey: UUID,
    history: Sequence[Row],
    start: UUID,
    targets: set[UUID],
    span: tuple[datetime, datetime],
    within: timedelta | None,
) -> Counted | None:
    """The journey if its first entry to ``start`` lies in the span."""
    index = next((index for index, event in enumerate(history) if event["to_stage_id"] == start), None)
    if index is None or not span[0] <= history[index]["occurred_at"] < span[1]:
        return None
    entered = history[index]["occurred_at"]
    reached = next((event["occurred_at"] for event in history[index + 1 :] if event["to_stage_id"] in targets), None)
    if reached is not None and (within is None or reached < entered + within):
        return Counted(journey, entered, reached)
    return Counted(journey, entered, None, any(event["to_stage_id"] in targets for event in history[:index]))


def count_period(
    journey: UUID,
    history: Sequence[Row],
    start: UUID,
    targets: set[UUID],
    span: tuple[datetime, datetime],
    _within: timedelta | None,
) -> Counted | None:
    """The journey if it entered either stage in the span."""
    inside = [event for event in history if span[0] <= event["occurred_at"] < span[1]]
    entered = next((event["occurred_at"] for event in inside if event["to_stage_id"] == start), None)
    reached = next((event["occurred_at"] for event in inside if event["to_stage_id"] in targets), None)
    return Counted(journey, entered, reached) if entered or reached else None


def measures(counted: Sequence[Counted], cohort: bool, within: timedelta | None, as_of: datetime) -> dict[str, Any]:
    """The counts of some journeys, and what follows from them."""
    entries = [one.entered_at for one in counted if one.entered_at is not None]
    converted = [one for one in counted if one.reached_at is not None]
    days = sorted(days_between(one.entered_at, one.reached_at) for one in converted if cohort)
    return {
        "entered": len(entries),
        "converted": len(converted),
        "outOfOrder": sum(one.out_of_order for one in counted) if cohort else None,
        "rate": six_decimals(Fraction(len(converted), len(entries))) if entries else None,
        "mature": max(entries) + within <= as_of if cohort and within is not None and entries else None,
        "medianDays": six_decimals(median(days)) if days else None,
    }


def days_between(one: datetime | None, other: datetime | None) -> Fraction:
    """Elapsed seconds divided by 86,400."""
    assert one is not None
    assert other is not None
    return Fraction((other - one) // timedelta(microseconds=1), 86_400_000_000)


def median(ordered: Sequence[Fraction]) -> Fraction:
    """The middle value, or the mean of the two."""
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def six_decimals(value: Fraction) -> float:
    """``value`` to six decimals, half-up."""
    millionths = (Decimal(value.numerator) * 1_000_000 / Decimal(value.denominator)).quantize(0, ROUND_HALF_UP)
    return float(millionths / 1_000_000)


def groups(
    world: World,
    counted: Sequence[Counted],
    names: Sequence[str],
    cohort: bool,
    within: timedelta | None,
    as_of: datetime,
) -> list[dict[str, Any]]:
    """The same per combination of values; the most entered first, then by the values, none last."""
    by_values: dict[tuple[tuple[str | None, str | None], ...], list[Counted]] = {}
    for one in counted:
        by_values.setdefault(tuple(DIMENSIONS[name](world, one.journey) for name in names), []).append(one)
    made = []
    for values, members in by_values.items():
        dimensions = [
            {"name": name, "key": key, "label": label} for name, (key, label) in zip(names, values, strict=True)
        ]
        made.append({"dimensions": dimensions, **measures(members, cohort, within, as_of)})
    return sorted(made, key=_standing)


def _standing(group: Mapping[str, Any]) -> tuple[Any, ...]:
    words = [value[part] for value in group["dimensions"] for part in ("key", "label")]
    return (-group["entered"], *((word is None, word or "") for word in words))


def lead_of(world: World, journey: UUID) -> Row | None:
    """The lead of a journey, if it has one."""
    return next(iter(world.where("lead", "journey_id", journey)), None)


def channel(world: World, journey: UUID) -> tuple[str | None, str | None]:
    """Key and label of the channel of the journey's lead."""
    lead = lead_of(world, journey)
    found = world.get("channel", lead["channel_id"]) if lead else None
    return (found["key"], found["label"]) if found else (None, None)


def persona(world: World, journey: UUID) -> tuple[str | None, str | None]:
    """Key and label of the persona of the journey's lead, else that of its primary contact."""
    lead = lead_of(world, journey)
    chosen = lead["persona_id"] if lead else None
    for opportunity in world.where("opportunity", "journey_id", journey):
        for member in world.where("buying_group_member", "opportunity_id", opportunity["id"]):
            contact = world.get("contact", member["contact_id"])
            if member["is_primary"] and chosen is None and contact is not None:
                chosen = contact["persona_id"]
    found = world.get("persona", chosen)
    return (public_id("persona", found["id"]), found["name"]) if found else (None, None)


DIMENSIONS = {"CHANNEL": channel, "PERSONA": persona}
