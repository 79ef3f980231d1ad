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


def personas(world: World, opportunity: Row) -> Sequence[Value]:
    group = world.where("buying_group_member", "opportunity_id", opportunity["id"])
    contacts = [world.get("contact", one["contact_id"]) for one in group]
    keys = {one["persona_id"] for one in contacts if one is not None} - {None}
    return [named(world, "persona", key, "name") for key in keys]


def standing(world: World, opportunity: Row, until: datetime) -> Row | None:
    """The stage that an opportunity was in at a moment: the last that a transition of its own led to before.

    If no transition ever led it anywhere, it is in the one that its row names, from its opening if that is known.
    """
    own = entries(world, opportunity, _always(until))
    before = [one for one in own if one["occurred_at"] < until]
    if before:
        return world.get("funnel_stage", before[-1]["to_stage_id"])
    opened = opportunity["opened_at"]
    held = not own and (opened is None or opened < until)
    return world.get("funnel_stage", opportunity["stage_id"]) if held else None


def _always(moment: datetime) -> datetime:
    return datetime.max.replace(tzinfo=moment.tzinfo)


def pipeline(world: World, opportunity: Row, as_of: datetime) -> Sequence[Value]:
    """That of its latest stage of kind OPPORTUNITY; of the one that its row names where it never moved."""
    worked = [one for one in entries(world, opportunity, as_of) if kind(world, one) == "OPPORTUNITY"]
    stage = None
    if worked:
        stage = world.get("funnel_stage", worked[-1]["to_stage_id"])
    elif not entries(world, opportunity, _always(as_of)):
        stage = world.get("funnel_stage", opportunity["stage_id"])
    return [named(world, "pipeline", stage["pipeline_id"] if stage else None, "name", "key")]


def _own(world: World, opportunity: Row, as_of: datetime) -> dict[str, Sequence[Value]]:
    return {
        "PRODUCT": products(world, opportunity),
        "PIPELINE": pipeline(world, opportunity, as_of),
        "BUYING_GROUP_PERSONA": personas(world, opportunity),
    }


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
        found.append(Counted(one["id"], end["occurred_at"], one, numbers, _own(world, one, span.as_of)))
    return found


def open_at_the_end(world: World, span: Span) -> list[Counted]:
    """Opportunities that were in a stage of open ones at the end of a span."""
    found = []
    for one in world.tables["opportunity"]:
        stage = standing(world, one, span.end)
        if stage is None or stage["kind"] != "OPPORTUNITY":
            continue
        numbers = money(world, one, span.as_of)
        amount, chance = numbers["amount"], stage["win_probability"]
        numbers["weighted"] = amount * Fraction(chance) if amount is not None and chance is not None else None
        own = _own(world, one, span.as_of) | {"STAGE": [(stage["key"], stage["name"])]}
        entered = entries(world, one, span.end)
        since = entered[-1]["occurred_at"] if entered else one["created_at"]
        found.append(Counted(one["id"], since, one, numbers, own))
    return found


def opened(world: World, span: Span) -> list[Counted]:
    return [
        Counted(one["id"], one["opened_at"], one, {}, _own(world, one, span.as_of))
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
