"""Void a usage event that should not have been recorded: it stays readable, and counts nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from db import rollups
from db.models import ContentUsage, EventTable, EventVoid
from resolvers.commands.references import Reference, resolve
from resolvers.commands.rows import RowStatus, UserError, UserErrorCode
from resolvers.commands.usage import count_won_uses

MAX_REASON = 1000


@dataclass(frozen=True, slots=True)
class Voiding:
    """What became of the event: CREATED where it is void now, UNCHANGED where it was before."""

    status: RowStatus
    usage_id: UUID | None = None
    errors: list[UserError] = field(default_factory=list)

    @property
    def changed(self) -> Sequence[UUID]:
        return [self.usage_id] if self.usage_id is not None else []


async def void_usage(
    connection: AsyncConnection,
    workspace_id: UUID,
    event: Reference,
    reason: str,
    *,
    member_id: UUID | None,
    now: datetime,
) -> Voiding:
    """Void one event in the connection's transaction. Done again, it changes nothing: the first reason stays."""
    found = await resolve(connection, workspace_id, ContentUsage, [event])
    errors = []
    if event not in found:
        errors.append(_error(UserErrorCode.NOT_FOUND, "event", "There is no such usage event in the workspace."))
    if not 1 <= len(reason.strip()) <= MAX_REASON:
        errors.append(_error(UserErrorCode.INVALID, "reason", f"A reason has 1 to {MAX_REASON} characters."))
    if errors:
        return Voiding(RowStatus.FAILED, None, errors)
    usage_id = found[event]
    void = insert(EventVoid).values(
        workspace_id=workspace_id,
        event_table=EventTable.content_usage,
        event_id=usage_id,
        reason=reason.strip(),
        member_id=member_id,
        voided_at=now,
    )
    made = await connection.scalar(void.on_conflict_do_nothing().returning(EventVoid.id))
    if made is None:
        return Voiding(RowStatus.UNCHANGED, usage_id)
    await rollups.add(connection, workspace_id, rollups.USAGE, [usage_id], sign=-1)
    columns = [ContentUsage.asset_id, ContentUsage.opportunity_id, ContentUsage.action]
    usage = await connection.execute(
        select(*columns).where(ContentUsage.workspace_id == workspace_id, ContentUsage.id == usage_id)
    )
    await count_won_uses(connection, workspace_id, [dict(one) for one in usage.mappings()], by=-1)
    return Voiding(RowStatus.CREATED, usage_id)


def _error(code: UserErrorCode, name: str, message: str) -> UserError:
    return UserError(code, ["input", name], message)
