"""The roll-ups of a workspace, made anew from its events."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import RollupState, Tenant, UsagePlace, Workspace
from db.rollups.kind import KINDS, Kind, table_of
from db.rollups.lock import lock
from db.rollups.taking import taking

WORK_MEMORY = "64MB"
"""What PostgreSQL may use for each sort and hash meanwhile."""


async def rebuild(connection: AsyncConnection, workspace_id: UUID) -> None:
    """Make all roll-ups of the workspace anew, in the days of its time zone, in the connection's transaction.

    Others go on writing events meanwhile: what one snapshot shows of them is counted, and their deltas are deleted in
    the same snapshot; what comes later keeps its deltas.
    """
    await connection.execute(select(func.pg_advisory_xact_lock(lock(workspace_id))))
    await connection.execute(select(func.set_config("work_mem", WORK_MEMORY, True)))
    zone = await connection.scalar(select(Workspace.time_zone).where(Workspace.id == workspace_id))
    state = insert(RollupState).values(workspace_id=workspace_id, time_zone=zone, built_at=func.now())
    renewed = {"time_zone": state.excluded.time_zone, "built_at": state.excluded.built_at}
    await connection.execute(state.on_conflict_do_update(index_elements=["workspace_id"], set_=renewed))
    for kind in KINDS:
        for model in _derived(kind):
            await connection.execute(delete(model).where(model.workspace_id == workspace_id))
        await _fill(connection, workspace_id, kind, str(zone))


def _derived(kind: Kind) -> list[type[Tenant]]:
    """The models of what is derived from a kind of events, deltas apart."""
    return [rollup.model for rollup in kind.rollups] + ([kind.sets.model, UsagePlace] if kind.sets else [])


async def _fill(connection: AsyncConnection, workspace_id: UUID, kind: Kind, zone: str) -> None:
    """One statement, that is one snapshot: the events it counts are those whose deltas it deletes."""
    delta = table_of(kind.delta)
    gone = delete(delta).where(delta.c.workspace_id == workspace_id).returning(delta.c.id).cte("gone")
    events = kind.events(workspace_id).subquery("event")
    await connection.execute(select(literal(1)).add_cte(gone, *taking(kind, workspace_id, events, zone)))
