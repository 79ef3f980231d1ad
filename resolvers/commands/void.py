"""Void an event that should not have been recorded: it stays readable, and counts nowhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from db import rollups, standing, won_uses
from db.models import ContentUsage, Entity, EventTable, EventVoid, StageTransition, Touchpoint
from db.rollups.kind import Kind
from resolvers.commands.references import Reference, resolve
from resolvers.commands.rows import RowStatus, UserError, UserErrorCode

MAX_REASON = 1000


@dataclass(frozen=True, slots=True)
class Voiding:
    """What became of the event: CREATED where it is void now, UNCHANGED where it was before."""

    status: RowStatus
    event_id: UUID | None = None
    errors: list[UserError] = field(default_factory=list)

    @property
    def changed(self) -> Sequence[UUID]:
        return [self.event_id] if self.event_id is not None else []


async def void(
    connection: AsyncConnection,
    workspace_id: UUID,
    model: type[Entity],
    event: Reference,
    reason: str,
    *,
    member_id: UUID | None,
    now: datetime,
) -> Voiding:
    """Void one event of a table of :class:`EventTable`, in the connection's transaction.

    Done again, it changes nothing: the first reason stays.
    """
    found = await resolve(connection, workspace_id, model, [event])
    errors = []
    if event not in found:
        errors.append(_error(UserErrorCode.NOT_FOUND, "event", "There is no such event in the workspace."))
    if not 1 <= len(reason.strip()) <= MAX_REASON:
        errors.append(_error(UserErrorCode.INVALID, "reason", f"A reason has 1 to {MAX_REASON} characters."))
    if errors:
        return Voiding(RowStatus.FAILED, None, errors)
    values = {
        "workspace_id": workspace_id,
        "event_table": EventTable[model.__tablename__],
        "event_id": found[event],
        "reason": reason.strip(),
        "member_id": member_id,
        "voided_at": now,
    }
    # Of several who void it at once, the others wait here, before they hold anything.
    said = insert(EventVoid).values(values).on_conflict_do_nothing().returning(EventVoid.id)
    if await connection.scalar(said) is None:
        return Voiding(RowStatus.UNCHANGED, found[event])
    if model in _ENTAILED:
        await _ENTAILED[model](connection, workspace_id, found[event])
    # Last, because it waits for whoever merges, and others who hold journeys and assets wait for us.
    await rollups.remove(connection, workspace_id, _ROLLED_UP[model], [found[event]])
    return Voiding(RowStatus.CREATED, found[event])


async def _take_back_usage(connection: AsyncConnection, workspace_id: UUID, usage_id: UUID) -> None:
    columns = [ContentUsage.asset_id, ContentUsage.opportunity_id, ContentUsage.action]
    usage = await connection.execute(
        select(*columns).where(ContentUsage.workspace_id == workspace_id, ContentUsage.id == usage_id)
    )
    await won_uses.change_by_usages(connection, workspace_id, [dict(one) for one in usage.mappings()], by=-1)


async def _take_back_transition(connection: AsyncConnection, workspace_id: UUID, transition_id: UUID) -> None:
    """Leave the journey as if it had not entered the stage; if its opportunity is won by that or no longer, so are uses."""
    own = (StageTransition.workspace_id == workspace_id, StageTransition.id == transition_id)
    journey = select(StageTransition.journey_id).where(*own)
    opportunity = select(StageTransition.opportunity_id).where(*own, StageTransition.opportunity_id.is_not(None))
    await standing.lock(connection, workspace_id, journey)
    before = await won_uses.won(connection, workspace_id, opportunity)
    await standing.move(connection, workspace_id, journey, opportunity)
    after = await won_uses.won(connection, workspace_id, opportunity)
    if before != after:
        await won_uses.change_by_opportunity(connection, workspace_id, opportunity, by=1 if after else -1)


_ENTAILED: Mapping[type[Entity], Callable[[AsyncConnection, UUID, UUID], Awaitable[None]]] = {
    ContentUsage: _take_back_usage,
    StageTransition: _take_back_transition,
}
"""By table of events: what else follows from one, and so changes with it."""

_ROLLED_UP: Mapping[type[Entity], Kind] = {
    ContentUsage: rollups.USAGE,
    Touchpoint: rollups.TOUCHPOINTS,
    StageTransition: rollups.ENTRIES,
}


def _error(code: UserErrorCode, name: str, message: str) -> UserError:
    return UserError(code, ["input", name], message)
