"""Journeys and the stages that they are in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tests.oracle.metrics.facts import Counted, Span, named
from tests.oracle.rows import Row, World


def histories(world: World, until: datetime) -> dict[UUID, list[Row]]:
    """The transitions of each journey before a moment, in their order."""
    found: dict[UUID, list[Row]] = {}
    for event in world.tables["stage_transition"]:
        if event["occurred_at"] < until:
            found.setdefault(event["journey_id"], []).append(event)
    for history in found.values():
        history.sort(key=lambda event: (event["occurred_at"], event["sequence"]))
    return found


def active(world: World, span: Span) -> list[Counted]:
    """Journeys and the stage that each was in at the end of a span; one that never moved is where it is held."""
    moved = histories(world, span.as_of)
    found = []
    for journey in world.tables["journey"]:
        before = [event for event in moved.get(journey["id"], []) if event["occurred_at"] < span.end]
        stage = before[-1]["to_stage_id"] if before else None
        if journey["id"] not in moved:
            held = [
                row["stage_id"]
                for table in ("opportunity", "lead")
                for row in world.where(table, "journey_id", journey["id"])
                if row["stage_id"] is not None
            ]
            stage = held[0] if held else None
        if stage is not None:
            own = {"STAGE": [named(world, "funnel_stage", stage, "name", "key")]}
            found.append(Counted(journey["id"], span.end, {"journey_id": journey["id"]}, {}, own))
    return found
