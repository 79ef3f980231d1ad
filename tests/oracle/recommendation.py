"""Recommended content by its definition: every mapping is looked at, every asset is ranked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from tests.oracle.rows import Row, World


def for_lead(world: World, lead: Row) -> tuple[UUID | None, set[UUID]]:
    """The buying stage and the personas of a lead."""
    contact = world.get("contact", lead["contact_id"])
    persona: UUID | None = lead["persona_id"] or (contact["persona_id"] if contact else None)
    return buying_stage_id(world, lead), {persona} if persona else set()


def for_opportunity(world: World, opportunity: Row) -> tuple[UUID | None, set[UUID]]:
    """The buying stage of an opportunity and the personas of its buying group and origin lead."""
    group = world.where("buying_group_member", "opportunity_id", opportunity["id"])
    people = [world.get("contact", member["contact_id"]) for member in group]
    people.append(world.get("lead", opportunity["origin_lead_id"]))
    personas = {person["persona_id"] for person in people if person}
    return buying_stage_id(world, opportunity), personas - {None}


def buying_stage_id(world: World, subject: Row) -> UUID | None:
    """The buyer's stage that corresponds to the current stage of a lead or opportunity."""
    stage = world.get("funnel_stage", subject["stage_id"])
    return stage["buying_stage_id"] if stage else None


def recommended(world: World, stage_id: UUID | None, personas: Iterable[UUID], first: int) -> list[dict[str, Any]]:
    """The best ``first`` assets for a buying stage and personas, as ``Recommendation`` has them."""
    return for_any(world, [(stage_id, set(personas))], first)


def for_any(world: World, fits: Iterable[tuple[UUID | None, set[UUID]]], first: int) -> list[dict[str, Any]]:
    """The same for any of several buying stages, each with personas of its own."""
    best: dict[UUID, Row] = {}
    for stage_id, personas in fits:
        for mapping in world.where("content_mapping", "buying_stage_id", stage_id):
            if mapping["persona_id"] in personas | {None}:
                known = best.get(mapping["asset_id"])
                if known is None or _fit(mapping) < _fit(known):
                    best[mapping["asset_id"]] = mapping
    assets = [asset for asset in world.tables["content_asset"] if asset["id"] in best and asset["status"] == "ACTIVE"]
    assets.sort(key=lambda asset: _rank(asset, best[asset["id"]]))
    return [_recommendation(world, asset, best[asset["id"]]) for asset in assets[:first]]


def _fit(mapping: Row) -> tuple[Any, ...]:
    """Of several mappings of an asset the best fit counts, a persona's own before any; then by the persona, the stage."""
    persona = mapping["persona_id"]
    return -mapping["fit_weight"], persona is None, persona or 0, mapping["buying_stage_id"]


def _rank(asset: Row, mapping: Row) -> tuple[Any, ...]:
    reviewed = asset["reviewed_on"]
    return (
        -mapping["fit_weight"],
        mapping["persona_id"] is None,
        -asset["won_uses"],
        -reviewed.toordinal() if reviewed else 1,
        asset["id"],
    )


def _recommendation(world: World, asset: Row, mapping: Row) -> dict[str, Any]:
    persona, stage = world.get("persona", mapping["persona_id"]), world.get("buying_stage", mapping["buying_stage_id"])
    assert stage is not None
    reasons = [("STAGE", f"Mapped to the buying stage {stage['name']}.")]
    reasons.append(("PERSONA", f"Made for {persona['name']}.") if persona else ("ANY_PERSONA", "Fits any persona."))
    if asset["won_uses"]:
        times = "1 time" if asset["won_uses"] == 1 else f"{asset['won_uses']} times"
        reasons.append(("WON_USES", f"Used {times} in won opportunities."))
    if asset["reviewed_on"]:
        reasons.append(("REVIEWED", f"Last reviewed on {asset['reviewed_on']}."))
    return {
        "asset": asset,
        "persona": persona,
        "fitWeight": mapping["fit_weight"],
        "reasons": [{"code": code, "text": text} for code, text in reasons],
    }
