"""Whoever writes events tells the roll-ups of them, in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Insert,
    Select,
    SmallInteger,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    column,
    delete,
    func,
    insert,
    literal,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement

from db.models.base import TermType
from db.rollups import sets
from db.rollups.kind import Kind, table_of
from db.rollups.lock import lock
from db.voids import happened


async def write(
    connection: AsyncConnection, workspace_id: UUID, kind: Kind, events: Sequence[Mapping[str, Any]]
) -> None:
    """Write events, each a mapping of the same columns but the workspace, and note that they are to be counted."""
    names = tuple(events[0])
    await connection.execute(_writing(kind, names), parameters(workspace_id, events))


def parameters(workspace_id: UUID, events: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the statements here are executed with."""
    return {_WORKSPACE.key: workspace_id} | {_PREFIX + name: [event[name] for event in events] for name in events[0]}


@cache
def _writing(kind: Kind, names: tuple[str, ...]) -> Insert:
    """One statement for both tables, however many events: a second one would cost a single event half as much again."""
    copied = (table_of(kind.event).c[name] for name in kind.copied)
    written = inserting(kind, names).returning(*copied).cte("written")
    counted = select(_WORKSPACE, literal(1, SmallInteger()), *written.c)
    return insert(kind.delta).from_select(["workspace_id", "sign", *kind.copied], counted)


@cache
def inserting(kind: Kind, names: tuple[str, ...]) -> Insert:
    """The statement that writes events alone, of which it sets the columns ``names``."""
    table = table_of(kind.event)
    types = {name: Text() if isinstance(table.c[name].type, TermType) else table.c[name].type for name in names}
    given = (
        func.unnest(*(bindparam(_PREFIX + name, type_=ARRAY(types[name])) for name in names))
        .table_valued(*(column(name, types[name]) for name in names), name="given")
        .render_derived()
    )
    return insert(table).from_select(["workspace_id", *names], select(_WORKSPACE, *given.c), include_defaults=False)


_WORKSPACE = bindparam("workspace", type_=Uuid())
_PREFIX = "new_"
"""Before the names of columns, which parameters must not have."""


async def add(
    connection: AsyncConnection, workspace_id: UUID, kind: Kind, ids: Sequence[UUID] | Select[tuple[UUID]]
) -> None:
    """Note that these events, which are written and were not counted, are to be.

    Where a kind has chains, the caller holds what keeps others from writing to them: for transitions the leads and
    opportunities of their journeys.
    """
    await _tell(connection, workspace_id, kind, _which(kind, ids), 1)


async def remove(connection: AsyncConnection, workspace_id: UUID, kind: Kind, ids: Sequence[UUID]) -> None:
    """Note that these events, which are void by now and were to be counted, no longer are.

    Waits for whoever merges. The caller holds the same as for :func:`add`.
    """
    await connection.execute(select(func.pg_advisory_xact_lock(lock(workspace_id))))
    if kind.sets is None:
        await _tell(connection, workspace_id, kind, _which(kind, ids), -1)
        return
    for key in ids:
        # A merge would put the member into the sets, so a delta that waits for one goes; any of the same content will do.
        if not await _withdraw(connection, workspace_id, kind, key):
            await _tell(connection, workspace_id, kind, _which(kind, [key]), -1)
    await sets.make_anew(connection, workspace_id, kind, ids)


def _which(kind: Kind, ids: Sequence[UUID] | Select[tuple[UUID]]) -> ColumnElement[bool]:
    event = table_of(kind.event).c
    if isinstance(ids, Select):
        return event.id.in_(ids)
    return event.id == any_(bindparam("ids", list(ids), ARRAY(Uuid())))


async def _tell(
    connection: AsyncConnection, workspace_id: UUID, kind: Kind, which: ColumnElement[bool], sign: int
) -> None:
    event = table_of(kind.event).c
    if kind.chain:
        rows = _chains(workspace_id, kind, which, sign)
    else:
        rows = select(literal(sign, SmallInteger()), *kind.copy(event)).where(event.workspace_id == workspace_id, which)
    told = rows.add_columns(literal(workspace_id, Uuid()))
    await connection.execute(insert(kind.delta).from_select(["sign", *kind.copied, "workspace_id"], told))


def _chains(workspace_id: UUID, kind: Kind, which: ColumnElement[bool], sign: int) -> Select[Any]:
    """The chains of some events with them, by ``sign``, and without them, by its opposite: so each link is mended."""
    event = table_of(kind.event).c
    chain = [event[name] for name in kind.chain]
    touched = select(*chain).where(event.workspace_id == workspace_id, which).distinct()
    of_chain = [event.workspace_id == workspace_id, tuple_(*chain).in_(touched)]
    counts = happened(table_of(kind.event), workspace_id)
    parts = [
        select(literal(sign, SmallInteger()).label("sign"), *kind.copy(event)).where(*of_chain, which | counts),
        select(literal(-sign, SmallInteger()), *kind.copy(event)).where(*of_chain, ~which, counts),
    ]
    return select(union_all(*parts).subquery())


async def _withdraw(connection: AsyncConnection, workspace_id: UUID, kind: Kind, key: UUID) -> bool:
    """Delete a delta that has not been merged and says what the event's does; false where there is none."""
    event, delta = table_of(kind.event), table_of(kind.delta)
    same = [delta.c[name].is_not_distinct_from(event.c[name]) for name in kind.copied]
    waiting = (
        select(delta.c.id)
        .join_from(delta, event, and_(*same))
        .where(delta.c.workspace_id == workspace_id, event.c.workspace_id == workspace_id)
        .where(delta.c.sign == 1, event.c.id == key)
        .limit(1)
    )
    gone = delete(delta).where(delta.c.workspace_id == workspace_id, delta.c.id == waiting.scalar_subquery())
    return (await connection.execute(gone)).rowcount == 1
