"""How much content there is for each persona in each buying stage, cell by cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from tests.oracle.metrics.content import is_active, uses
from tests.oracle.metrics.facts import Counted, Span
from tests.oracle.metrics.influence import influenced
from tests.oracle.metrics.numbers import exact
from tests.oracle.rows import Row, World, key_of, public_id


def coverage(
    world: World, arguments: Mapping[str, Any], bounds: tuple[datetime, datetime], as_of: datetime
) -> dict[str, Any]:
    """The answer of ``Query.contentCoverage``, by the names of its type's fields."""
    span = Span.of(bounds, as_of)
    won = [one for one in influenced(world, span) if one.numbers["won"]]
    used = [use.subject["asset_id"] for use in uses(world, span)]
    found = []
    seen: dict[UUID, Counted] = {}
    for persona, stage in _pairs(world, arguments):
        assets = fitting(world, persona, stage, span)
        touched = [one for one in won if any(_touches(one, asset) for asset in assets)]
        seen |= {one.id: one for one in touched}
        found.append(
            {
                "persona": persona,
                "buyingStage": stage,
                "assets": len(assets),
                "level": level(len(assets)),
                "uses": sum(used.count(asset) for asset in assets),
                "influencedRevenue": {
                    "amount": exact(sum((one.numbers["amount"] or Fraction(0) for one in touched), Fraction(0))),
                    "currencyCode": world.workspace["currency_code"],
                },
            }
        )
    codes = [one.numbers["unrated"] for one in seen.values() if one.numbers["unrated"] is not None]
    return {
        "period": {"from": span.start, "to": span.end},
        "cells": found,
        "excluded": [{"currencyCode": code, "count": codes.count(code)} for code in sorted(set(codes))],
    }


def _pairs(world: World, arguments: Mapping[str, Any]) -> Sequence[tuple[Row, Row]]:
    personas, stages = (
        None if arguments.get(name) is None else {key_of(key) for key in arguments[name]}
        for name in ("personas", "stages")
    )
    people = [one for one in world.tables["persona"] if (one["active"] if personas is None else one["id"] in personas)]
    places = [one for one in world.tables["buying_stage"] if stages is None or one["id"] in stages]
    people.sort(key=lambda one: (one["name"], one["id"]))
    places.sort(key=lambda one: one["position"])
    return [(persona, stage) for persona in people for stage in places]


def fitting(world: World, persona: Row, stage: Row, span: Span) -> set[UUID]:
    """The active assets mapped to the stage for the persona, or for any."""
    return {
        mapping["asset_id"]
        for mapping in world.where("content_mapping", "buying_stage_id", stage["id"])
        if mapping["persona_id"] in {None, persona["id"]}
        and (asset := world.get("content_asset", mapping["asset_id"])) is not None
        and is_active(world, asset, span)
    }


def level(assets: int) -> str:
    if assets == 0:
        return "GAP"
    if assets < 3:
        return "THIN"
    return "GOOD" if assets < 5 else "EXCESS"


def _touches(one: Counted, asset: UUID) -> bool:
    return any(key == public_id("content_asset", asset) for key, _title in one.own["TOUCHED_ASSET"])
