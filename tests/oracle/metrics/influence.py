"""What touched an opportunity before it was closed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.oracle.metrics.deals import closed, closing, open_at_the_end
from tests.oracle.metrics.facts import Counted, Span, Value, named
from tests.oracle.rows import Row, World, void_of


def influenced(world: World, span: Span) -> list[Counted]:
    """Opportunities closed in a span, and those open at its end, if anything touched them in time."""
    done = [(one, one.numbers["won"], False) for one in closed(world, span)]
    pending = [(one, False, True) for one in open_at_the_end(world, span)]
    found = []
    for one, won, is_open in done + pending:
        touched = touches(world, one.subject, span)
        if touched:
            numbers = dict(one.numbers) | {"won": won, "open": is_open}
            found.append(Counted(one.id, one.at, one.subject, numbers, {**one.own, **_with(world, touched)}))
    return found


def touches(world: World, opportunity: Row, span: Span) -> list[Row]:
    """Touchpoints and uses of the opportunity, its lead or its buying group, before it closed or else before ``as_of``."""
    end = closing(world, opportunity, span.as_of)
    until = end["occurred_at"] if end is not None else span.as_of
    uses = [one for one in naming(world, "content_usage", opportunity) if one["action"] != "RECREATED"]
    return [one for one in [*naming(world, "touchpoint", opportunity), *uses] if one["occurred_at"] < until]


def naming(world: World, table: str, opportunity: Row) -> list[Row]:
    """The events of a table that name an opportunity, a lead of its, or somebody of its buying group."""
    leads = world.where("lead", "journey_id", opportunity["journey_id"])
    group = world.where("buying_group_member", "opportunity_id", opportunity["id"])
    ways = {
        "opportunity_id": [opportunity["id"]],
        "lead_id": [opportunity["origin_lead_id"], *(one["id"] for one in leads)],
        "contact_id": [one["contact_id"] for one in group],
    }
    found = {one["id"]: one for column, keys in ways.items() for key in keys for one in world.where(table, column, key)}
    return [one for one in found.values() if void_of(world, table, one) is None]


def _with(world: World, touched: Sequence[Row]) -> dict[str, Sequence[Value]]:
    def values(column: str, table: str, *names: str) -> list[Value]:
        keys: set[Any] = {one.get(column) for one in touched} - {None}
        return [named(world, table, key, *names) for key in keys]

    return {
        "TOUCHED_ASSET": values("asset_id", "content_asset", "title"),
        "TOUCHED_CAMPAIGN": values("campaign_id", "campaign", "name"),
        "TOUCHED_CHANNEL": values("channel_id", "channel", "label", "key"),
    }
