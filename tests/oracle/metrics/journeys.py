"""Journeys and the stages that they are in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tests.oracle.metrics.facts import Counted, Span, Value, named
from tests.oracle.rows import Row, World, not_void


def histories(world: World, until: datetime) -> dict[UUID, list[Row]]:
    """The transitions of each journey, none of them void, before a moment, in their order."""
    found: dict[UUID, list[Row]] = {}
    for event in not_void(world, "stage_transition"):
        if event["occurred_at"] < until:
            found.setdefault(event["journey_id"], []).append(event)
    for history in found.values():
        history.sort(key=lambda event: (event["occurred_at"], event["sequence"]))
    return found


def entered(world: World, span: Span) -> list[Counted]:
    """Of the entries in a span the first of each journey to each stage."""
    first: dict[tuple[UUID, UUID], Row] = {}
    for history in histories(world, span.as_of).values():
        for event in history:
            if span.holds(event["occurred_at"]):
                first.setdefault((event["journey_id"], event["to_stage_id"]), event)
    return [
        Counted(one["id"], one["occurred_at"], one, {}, {"STAGE": [_stage(world, one["to_stage_id"])]})
        for one in first.values()
    ]


def _stage(world: World, key: UUID) -> Value:
    return named(world, "funnel_stage", key, "name", "key")


def active(world: World, span: Span) -> list[Counted]:
    """Journeys and the stage that each was in at the end of a span; one that never moved is where a row of its own says."""
    ever = histories(world, datetime.max.replace(tzinfo=span.end.tzinfo))
    found = []
    for journey in world.tables["journey"]:
        moved = ever.get(journey["id"], [])
        last = next((event for event in reversed(moved) if event["occurred_at"] < span.end), None)
        stage = last["to_stage_id"] if last else None if moved else _named(world, journey["id"], span.end)
        if stage is not None:
            since = last["occurred_at"] if last else journey["created_at"]
            own = {"STAGE": [_stage(world, stage)]}
            found.append(Counted(journey["id"], since, {"journey_id": journey["id"]}, {}, own))
    return found


def _named(world: World, journey: UUID, until: datetime) -> UUID | None:
    """The stage that the opportunity on a journey names, else its lead, of those that had begun by then."""
    for table, begun in (("opportunity", "opened_at"), ("lead", "received_at")):
        for row in world.where(table, "journey_id", journey):
            if row["stage_id"] is not None and (row[begun] is None or row[begun] < until):
                stage: UUID = row["stage_id"]
                return stage
    return None
