"""What was spent, and whom it won."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.oracle.metrics.deals import closing, kind
from tests.oracle.metrics.facts import NONE, Counted, Span, Value, money, named
from tests.oracle.period import first_instant
from tests.oracle.rows import Row, World, not_void


def spent(world: World, span: Span) -> list[Counted]:
    """Costs of campaigns, on the day they begin, and of touchpoints without a campaign."""
    zone = world.workspace["time_zone"]
    found = [
        _cost(world, one, one["actual_cost"], first_instant(one["starts_on"], zone), _campaign(world, one["id"]))
        for one in world.tables["campaign"]
        if one["actual_cost"] is not None and one["starts_on"] is not None
    ]
    found += [
        _cost(world, one, one["cost"], one["occurred_at"], NONE)
        for one in not_void(world, "touchpoint")
        if one["cost"] is not None and one["campaign_id"] is None
    ]
    return [one for one in found if span.holds(one.at)]


def _cost(world: World, row: Row, cost: Any, at: datetime, campaign: Value) -> Counted:
    numbers = money(world, {"amount": cost, "currency_code": row["currency_code"]}, at)
    channel = named(world, "channel", row["channel_id"], "label", "key")
    return Counted(row["id"], at, row, numbers, {"CHANNEL": [channel], "CAMPAIGN": [campaign]})


def _campaign(world: World, key: Any) -> Value:
    return named(world, "campaign", key, "name")


def qualified(world: World, span: Span) -> list[Counted]:
    """Journeys by their first entry to the stage of qualified leads."""
    first: dict[Any, datetime] = {}
    for entry in not_void(world, "stage_transition"):
        stage = world.get("funnel_stage", entry["to_stage_id"])
        if stage is not None and stage["key"] == "sql" and entry["occurred_at"] < span.as_of:
            earlier = first.get(entry["journey_id"], entry["occurred_at"])
            first[entry["journey_id"]] = min(earlier, entry["occurred_at"])
    return [
        Counted(journey, at, {"journey_id": journey}, {}, {"CAMPAIGN": [_campaign(world, _came_from(world, journey))]})
        for journey, at in first.items()
        if span.holds(at)
    ]


def _came_from(world: World, journey: Any) -> Any:
    """The campaign of the lead, else of the opportunity."""
    people = [*world.where("lead", "journey_id", journey), *world.where("opportunity", "journey_id", journey)]
    return next((one["campaign_id"] for one in people if one["campaign_id"] is not None), None)


def new_customers(world: World, span: Span) -> list[Counted]:
    """Accounts by the first opportunity that was won from them."""
    wins: list[tuple[datetime, Any, Mapping[str, Any]]] = []
    for one in world.tables["opportunity"]:
        end = closing(world, one, span.as_of)
        if end is not None and kind(world, end) == "WON" and one["account_id"] is not None:
            wins.append((end["occurred_at"], one["id"], one))
    first: dict[Any, Counted] = {}
    for at, _, one in sorted(wins, key=lambda win: win[:2]):
        first.setdefault(one["account_id"], Counted(one["account_id"], at, one))
    return [one for one in first.values() if span.holds(one.at)]
