"""Touchpoints as metrics count them, and what each cost."""

from __future__ import annotations

from tests.oracle.metrics.content import of_asset
from tests.oracle.metrics.facts import Counted, Span, money, named
from tests.oracle.rows import Row, World, not_void


def happened(world: World, span: Span) -> list[Counted]:
    """The touchpoints in a span; whoever had one is its owner."""
    return [_touchpoint(world, one) for one in not_void(world, "touchpoint") if span.holds(one["occurred_at"])]


def _touchpoint(world: World, one: Row) -> Counted:
    numbers = money(world, {**one, "amount": one["cost"]}, one["occurred_at"])
    own = {
        **of_asset(world, one["asset_id"]),
        "ACTIVITY": [named(world, "activity", one["activity_id"], "name")],
        "CHANNEL": [named(world, "channel", one["channel_id"], "label", "key")],
    }
    return Counted(one["id"], one["occurred_at"], {**one, "owner_id": one["member_id"]}, numbers, own)
