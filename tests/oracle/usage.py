"""Content usage by its definition."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.oracle.rows import Row, World, not_void

Span = tuple[datetime, datetime]


def happened(rows: Iterable[Row], span: Span, as_of: datetime) -> list[Row]:
    """The events of a span, as far as they are known as of a moment."""
    return [row for row in rows if span[0] <= row["occurred_at"] < min(span[1], as_of)]


def summary(world: World, asset: Row, span: Span, as_of: datetime) -> dict[str, Any]:
    """The answer of ``ContentAsset.usage``."""
    events = [
        event for event in happened(not_void(world, "content_usage"), span, as_of) if event["asset_id"] == asset["id"]
    ]
    uses = [event for event in events if event["action"] != "RECREATED"]
    return {
        "uses": len(uses),
        "users": users(uses),
        "recreated": len(events) - len(uses),
        "minutes": _shortest(sum((event["minutes"] for event in events if event["minutes"] is not None), Decimal(0))),
        "byAction": by_action(events),
    }


def by_action(events: Sequence[Row]) -> list[dict[str, Any]]:
    """How many of the events were of each action, and by how many members."""
    return [
        {"action": action, "uses": len(same), "users": users(same)}
        for action in sorted({event["action"] for event in events})
        for same in [[event for event in events if event["action"] == action]]
    ]


def ranking(world: World, span: Span, as_of: datetime, first: int) -> dict[str, Any]:
    """The answer of ``Query.contentUsage``."""
    by_asset: dict[Any, list[Row]] = {}
    events = happened(not_void(world, "content_usage"), span, as_of)
    for event in events:
        if event["action"] != "RECREATED":
            by_asset.setdefault(event["asset_id"], []).append(event)
    ranked = sorted(by_asset, key=lambda asset: (-len(by_asset[asset]), asset))
    return {
        "nodes": [
            {"asset": world.get("content_asset", asset), "uses": len(by_asset[asset]), "users": users(by_asset[asset])}
            for asset in ranked[:first]
        ],
        "byAction": by_action(events),
    }


def users(events: Sequence[Row]) -> int:
    """Distinct members; an event without one has an actor who is not a member, or not known."""
    return len({event["member_id"] for event in events} - {None})


def _shortest(value: Decimal) -> Decimal:
    """Without zeros at the end."""
    return Decimal(f"{value.normalize():f}")
