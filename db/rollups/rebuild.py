"""The roll-ups of a workspace, made anew from its events."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import RollupState, Workspace
from db.rollups.kind import KINDS, Kind, table_of
from db.rollups.sums import adding, by_day

WORK_MEMORY = "64MB"
"""What PostgreSQL may use for each sort and hash meanwhile."""


def lock(workspace_id: UUID) -> Any:
    """The key of the advisory lock that whoever writes a workspace's roll-ups holds; writers of events do not."""
    return func.hashtextextended(literal(f"rollups {workspace_id}", Text()), 0)


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
        for rollup in kind.rollups:
            await connection.execute(delete(rollup.model).where(rollup.model.workspace_id == workspace_id))
        await _fill(connection, workspace_id, kind, str(zone))


async def _fill(connection: AsyncConnection, workspace_id: UUID, kind: Kind, zone: str) -> None:
    """One statement, that is one snapshot: the events it counts are those whose deltas it deletes."""
    delta = table_of(kind.delta)
    gone = delete(delta).where(delta.c.workspace_id == workspace_id).returning(delta.c.id).cte("gone")
    events = kind.events(workspace_id).subquery("event")
    days = by_day(kind, events, cast(literal(zone), Text())).cte("days")
    *others, last = (adding(kind, rollup, workspace_id, days) for rollup in kind.rollups)
    statement = last.add_cte(gone, *(one.cte(f"part_{place}") for place, one in enumerate(others)))
    await connection.execute(statement)
