"""What a brief says of an account, by the definition of each part."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, localcontext
from typing import Any

from tests.oracle import recommendation, timeline
from tests.oracle.rows import Row, World

NEVER = datetime.max.replace(tzinfo=UTC)


def brief(world: World, account: Row, window: tuple[datetime, datetime], as_of: datetime) -> dict[str, Any]:
    """The parts of ``AccountBrief`` that take no arguments; ``window`` are the last 90 days before ``as_of``."""
    touches = [event for event in timeline.events(world, account, ["TOUCHPOINT"]) if event["occurred_at"] < as_of]
    last = max(touches, key=lambda event: (event["occurred_at"], event["id"]), default=None)
    return {
        "account": account,
        "asOf": as_of,
        "openLeads": len(_in_stages(world, "lead", account, "LEAD")),
        "openOpportunities": len(_in_stages(world, "opportunity", account, "OPPORTUNITY")),
        "wonOpportunities": len(_in_stages(world, "opportunity", account, "WON")),
        "lostOpportunities": len(_in_stages(world, "opportunity", account, "LOST")),
        "openPipeline": _worth(_in_stages(world, "opportunity", account, "OPPORTUNITY")),
        "wonRevenue": _worth(_in_stages(world, "opportunity", account, "WON")),
        "lastTouch": last and last["row"],
        "touchpointsLast90Days": sum(window[0] <= event["occurred_at"] < window[1] for event in touches),
    }


def _in_stages(world: World, table: str, account: Row, kind: str) -> list[Row]:
    found = []
    for row in world.where(table, "account_id", account["id"]):
        stage = world.get("funnel_stage", row["stage_id"])
        if stage is not None and stage["kind"] == kind:
            found.append(row)
    return found


def _worth(opportunities: list[Row]) -> list[dict[str, Any]]:
    by_currency: dict[str, list[Decimal]] = {}
    for row in opportunities:
        if row["amount"] is not None:
            by_currency.setdefault(row["currency_code"], []).append(row["amount"])
    with localcontext(prec=100):
        return [{"amount": sum(by_currency[code]), "currencyCode": code} for code in sorted(by_currency)]


def key_people(world: World, said: Mapping[str, Any], first: int) -> list[dict[str, Any]]:
    """The answer of ``AccountBrief.keyPeople``."""
    memberships: dict[Any, list[Row]] = {}
    for opportunity in _in_stages(world, "opportunity", said["account"], "OPPORTUNITY"):
        for member in world.where("buying_group_member", "opportunity_id", opportunity["id"]):
            memberships.setdefault(member["contact_id"], []).append(member)
    people: list[dict[str, Any]] = [
        {
            "contact": world.get("contact", contact_id),
            "roles": sorted({member["role"] for member in members}),
            "isPrimary": any(member["is_primary"] for member in members),
        }
        for contact_id, members in memberships.items()
    ]
    people.sort(key=lambda one: (not one["isPrimary"], one["contact"]["name"], one["contact"]["id"]))
    return people[:first]


def used_content(world: World, said: Mapping[str, Any], first: int) -> list[dict[str, Any]]:
    """The answer of ``AccountBrief.usedContent``."""
    times: dict[Any, list[datetime]] = {}
    for event in timeline.events(world, said["account"], ["CONTENT_USAGE"]):
        if event["row"]["action"] != "RECREATED" and event["occurred_at"] < said["asOf"]:
            times.setdefault(event["row"]["asset_id"], []).append(event["occurred_at"])
    ranked = sorted(times, key=lambda asset: (-len(times[asset]), NEVER - max(times[asset]), asset))
    return [
        {"asset": world.get("content_asset", asset), "uses": len(times[asset]), "lastUsedAt": max(times[asset])}
        for asset in ranked[:first]
    ]


def next_content(world: World, said: Mapping[str, Any], first: int) -> list[dict[str, Any]]:
    """The answer of ``AccountBrief.nextContent``."""
    fits = [
        recommendation.for_opportunity(world, opportunity)
        for opportunity in _in_stages(world, "opportunity", said["account"], "OPPORTUNITY")
    ]
    return recommendation.for_any(world, fits, first)
