"""Leads and opportunities as metrics count them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from tests.oracle.conversion import days_between
from tests.oracle.metrics.facts import NONE, Counted, Span, Value, money, named
from tests.oracle.rows import Row, World, void_of


def entries(world: World, opportunity: Row, until: datetime) -> list[Row]:
    """An opportunity's own transitions before a moment, in their order, none of them void."""
    own = world.where("stage_transition", "opportunity_id", opportunity["id"])
    happened = [one for one in own if one["occurred_at"] < until and void_of(world, "stage_transition", one) is None]
    return sorted(happened, key=lambda one: (one["occurred_at"], one["sequence"]))


def kind(world: World, entry: Row) -> str:
    stage = world.get("funnel_stage", entry["to_stage_id"])
    assert stage is not None
    return str(stage["kind"])


def deciding(world: World, opportunity: Row, until: datetime) -> list[Row]:
    """Those that open or close it."""
    return [one for one in entries(world, opportunity, until) if kind(world, one) in {"OPPORTUNITY", "WON", "LOST"}]


def closing(world: World, opportunity: Row, until: datetime) -> Row | None:
    """The entry to WON or LOST that it was closed by, if it was closed at a moment."""
    decided = deciding(world, opportunity, until)
    return decided[-1] if decided and kind(world, decided[-1]) != "OPPORTUNITY" else None


def products(world: World, opportunity: Row) -> Sequence[Value]:
    lines = world.where("opportunity_line", "opportunity_id", opportunity["id"])
    return [named(world, "product", line["product_id"], "name", "key") for line in lines]


def pipeline(world: World, opportunity: Row) -> Sequence[Value]:
    """That of its latest stage of kind OPPORTUNITY, ever; of the one it is held in where it never entered one."""
    own = entries(world, opportunity, datetime.max.replace(tzinfo=opportunity["created_at"].tzinfo))
    worked = [one for one in own if kind(world, one) == "OPPORTUNITY"]
    stage = world.get("funnel_stage", worked[-1]["to_stage_id"] if worked else opportunity["stage_id"])
    pipeline_id = stage["pipeline_id"] if stage else None
    if pipeline_id is None and worked:
        held = world.get("funnel_stage", opportunity["stage_id"])
        pipeline_id = held["pipeline_id"] if held else None
    return [named(world, "pipeline", pipeline_id, "name", "key")]


def _own(world: World, opportunity: Row) -> dict[str, Sequence[Value]]:
    return {"PRODUCT": products(world, opportunity), "PIPELINE": pipeline(world, opportunity)}


def closed(world: World, span: Span) -> list[Counted]:
    found = []
    for one in world.tables["opportunity"]:
        end = closing(world, one, span.as_of)
        if end is None or not span.holds(end["occurred_at"]):
            continue
        worked = [entry for entry in entries(world, one, span.as_of) if kind(world, entry) == "OPPORTUNITY"]
        numbers: dict[str, Any] = money(world, one, end["occurred_at"]) | {
            "won": kind(world, end) == "WON",
            "days": days_between(worked[0]["occurred_at"], end["occurred_at"]) if worked else None,
        }
        found.append(Counted(one["id"], end["occurred_at"], one, numbers, _own(world, one)))
    return found


def open_at_the_end(world: World, span: Span) -> list[Counted]:
    """Opportunities opened before the end of the span, or nobody knows when, and not closed then."""
    found = []
    for one in world.tables["opportunity"]:
        if one["opened_at"] is not None and one["opened_at"] >= span.end:
            continue
        decided = deciding(world, one, min(span.end, span.as_of))
        if decided:
            stage = world.get("funnel_stage", decided[-1]["to_stage_id"])
            is_open = kind(world, decided[-1]) == "OPPORTUNITY"
        else:
            stage = world.get("funnel_stage", one["stage_id"]) if not deciding(world, one, span.as_of) else None
            is_open = not deciding(world, one, span.as_of) and (stage is None or stage["kind"] == "OPPORTUNITY")
        if not is_open:
            continue
        numbers = money(world, one, span.as_of)
        chance = stage["win_probability"] if stage else None
        amount = numbers["amount"]
        numbers["weighted"] = amount * Fraction(chance) if amount is not None and chance is not None else None
        value = (stage["key"], stage["name"]) if stage else NONE
        found.append(Counted(one["id"], span.end, one, numbers, _own(world, one) | {"STAGE": [value]}))
    return found


def opened(world: World, span: Span) -> list[Counted]:
    return [
        Counted(one["id"], one["opened_at"], one, {}, _own(world, one))
        for one in world.tables["opportunity"]
        if span.holds(one["opened_at"])
    ]


def received(world: World, span: Span) -> list[Counted]:
    """Leads, and whether their journey is won."""
    found = []
    for lead in world.tables["lead"]:
        if span.holds(lead["received_at"]):
            deals = world.where("opportunity", "journey_id", lead["journey_id"])
            ends = [end for deal in deals if (end := closing(world, deal, span.as_of)) is not None]
            won = any(kind(world, end) == "WON" for end in ends)
            asset = world.get("content_asset", lead["first_asset_id"])
            own = {
                "ASSET": [named(world, "content_asset", lead["first_asset_id"], "title")],
                "ASSET_KIND": [(asset["kind"], asset["kind"]) if asset else NONE],
            }
            found.append(Counted(lead["id"], lead["received_at"], lead, {"won": won}, own))
    return found
