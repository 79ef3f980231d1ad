"""Whoever writes events tells the roll-ups of them, in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Select, SmallInteger, Uuid, any_, bindparam, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.rollups.kind import Kind


async def add(
    connection: AsyncConnection,
    workspace_id: UUID,
    kind: Kind,
    ids: Sequence[UUID] | Select[tuple[UUID]],
    sign: int = 1,
) -> None:
    """Note that these events, which are written, are to be counted; with ``sign`` -1 that they no longer are."""
    event = kind.event.__table__.c
    which = (
        event.id.in_(ids) if isinstance(ids, Select) else event.id == any_(bindparam("ids", list(ids), ARRAY(Uuid())))
    )
    rows = select(
        literal(workspace_id, Uuid()), literal(sign, SmallInteger()), *(event[name] for name in kind.copied)
    ).where(event.workspace_id == workspace_id, which)
    await connection.execute(insert(kind.delta).from_select(["workspace_id", "sign", *kind.copied], rows))
