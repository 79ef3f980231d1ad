"""Deltas into the roll-ups, little by little."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.engine import workspace_transaction
from db.models import RollupState, Workspace
from db.rollups.kind import KINDS, Kind, table_of
from db.rollups.lock import lock
from db.rollups.rebuild import rebuild
from db.rollups.taking import taking

MOST = 20_000
"""Deltas of a kind in one transaction."""


async def merge_all(engine: AsyncEngine, workspace_id: UUID) -> bool:
    """Merge what there is of a workspace, a transaction a batch; false if somebody else is at it."""
    merged: int | None = MOST
    while merged == MOST:
        async with workspace_transaction(engine, workspace_id) as connection:
            merged = await merge(connection, workspace_id)
    return merged is not None


async def merge(connection: AsyncConnection, workspace_id: UUID, most: int = MOST) -> int | None:
    """Move up to ``most`` deltas of each kind into the roll-ups; gives the greatest number of a kind.

    Where the roll-ups are not made yet, or in another time zone than the workspace's, they are made anew. Nothing
    happens, and None is given, while somebody else is at it. Writers of events never wait for this: it locks no row
    of theirs.
    """
    if not await connection.scalar(select(func.pg_try_advisory_xact_lock(lock(workspace_id)))):
        return None
    zones = select(Workspace.time_zone, RollupState.time_zone).outerjoin_from(
        Workspace, RollupState, RollupState.workspace_id == workspace_id
    )
    zone, made_for = (await connection.execute(zones.where(Workspace.id == workspace_id))).one()
    if zone != made_for:
        await rebuild(connection, workspace_id)
        return 0
    return max([await _merge(connection, workspace_id, kind, zone, most) for kind in KINDS])


async def _merge(connection: AsyncConnection, workspace_id: UUID, kind: Kind, zone: str, most: int) -> int:
    """One statement takes deltas away and adds them up, so nobody ever sees an event twice or not at all."""
    delta = table_of(kind.delta)
    next_ = select(delta.c.id).where(delta.c.workspace_id == workspace_id).order_by(delta.c.id).limit(most)
    gone = delete(delta).where(delta.c.workspace_id == workspace_id, delta.c.id.in_(next_))
    taken = gone.returning(delta.c.sign, *(delta.c[name] for name in kind.copied)).cte("taken")
    parts = taking(kind, workspace_id, taken, zone)
    return await connection.scalar(select(func.count()).select_from(taken).add_cte(*parts)) or 0
