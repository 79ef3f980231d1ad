"""Content as metrics count it: every event, every active asset, every active member of sales."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

from tests.oracle.metrics.facts import NONE, Counted, Find, Span, Value, named
from tests.oracle.period import first_instant
from tests.oracle.rows import Row, World, not_void


def of_asset(world: World, key: UUID | None) -> dict[str, Sequence[Value]]:
    """The values of what has to do with an asset."""
    asset = world.get("content_asset", key)
    kind = (asset["kind"], asset["kind"]) if asset else NONE
    return {"ASSET": [named(world, "content_asset", key, "title")], "ASSET_KIND": [kind]}


def events(is_counted: Callable[[str], bool]) -> Find:
    """The usage events whose action is counted; whoever did it is the event's owner."""

    def find(world: World, span: Span) -> list[Counted]:
        return [
            _event(world, one)
            for one in not_void(world, "content_usage")
            if is_counted(one["action"]) and span.holds(one["occurred_at"])
        ]

    return find


def _event(world: World, event: Row) -> Counted:
    minutes = event["minutes"]
    numbers = {"member": event["member_id"], "hours": None if minutes is None else Fraction(minutes) / 60}
    channel = {"CHANNEL": [named(world, "channel", event["channel_id"], "label", "key")]}
    subject = {**event, "owner_id": event["member_id"]}
    return Counted(event["id"], event["occurred_at"], subject, numbers, of_asset(world, event["asset_id"]) | channel)


uses = events(lambda action: action != "RECREATED")
reinvented = events(lambda action: action in {"CUSTOMIZED", "RECREATED"})


def is_active(world: World, asset: Row, span: Span) -> bool:
    """Whether an asset is to be used today, and was published by the end of a span."""
    day = asset["published_on"]
    return asset["status"] == "ACTIVE" and (day is None or first_instant(day, world.workspace["time_zone"]) < span.end)


def assets(world: World, span: Span) -> list[Counted]:
    """The active assets: whether they were used in a span, and whether they are fresh at its end."""
    used, fresh = {use.subject["asset_id"] for use in uses(world, span)}, _fresh_days(world, span)

    def numbers(asset: Row) -> dict[str, bool]:
        return {"used": asset["id"] in used, "fresh": asset["reviewed_on"] in fresh}

    return [
        Counted(one["id"], one["created_at"], one, numbers(one), of_asset(world, one["id"]))
        for one in world.tables["content_asset"]
        if is_active(world, one, span)
    ]


def _fresh_days(world: World, span: Span) -> set[Any]:
    """The last day that has begun before the end of a span, and the 364 days before it."""
    last = span.end.date() + timedelta(days=2)
    while first_instant(last, world.workspace["time_zone"]) >= span.end:
        last -= timedelta(days=1)
    return {last - timedelta(days=back) for back in range(365)}


def sellers(world: World, span: Span) -> list[Counted]:
    """The active members of sales, and whether they used any content in a span."""
    used = {use.numbers["member"] for use in uses(world, span)}
    return [
        Counted(one["id"], span.end, {"owner_id": one["id"]}, {"used": one["id"] in used})
        for one in world.tables["member"]
        if one["department"] == "SALES" and one["active"]
    ]
