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
    any_,
    bindparam,
    column,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models.base import TermType
from db.rollups.kind import Kind, table_of


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
    connection: AsyncConnection,
    workspace_id: UUID,
    kind: Kind,
    ids: Sequence[UUID] | Select[tuple[UUID]],
    sign: int = 1,
) -> None:
    """Note that these events, which are written, are to be counted; with ``sign`` -1 that they no longer are."""
    event = table_of(kind.event).c
    which = (
        event.id.in_(ids) if isinstance(ids, Select) else event.id == any_(bindparam("ids", list(ids), ARRAY(Uuid())))
    )
    rows = select(
        literal(workspace_id, Uuid()), literal(sign, SmallInteger()), *(event[name] for name in kind.copied)
    ).where(event.workspace_id == workspace_id, which)
    await connection.execute(insert(kind.delta).from_select(["workspace_id", "sign", *kind.copied], rows))
