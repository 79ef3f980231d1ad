"""Whether the roll-ups and their deltas say what the events say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Numeric, Text, cast, func, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement

from db.models import RollupState, Span, Workspace
from db.rollups.kind import KINDS, Kind, Rollup, table_of
from db.rollups.sums import by_day, by_span


@dataclass(frozen=True)
class Difference:
    """By how much a row of a roll-up, with its deltas, says too much (or too little, where negative)."""

    table: str
    span: Span
    starts_on: date
    keys: Mapping[str, UUID]
    excess: Mapping[str, Decimal]


@dataclass(frozen=True)
class Checked:
    """The zone that the roll-ups are made in, the workspace's, and where they differ from the events."""

    made_for: str | None
    time_zone: str
    differences: Sequence[Difference]

    @property
    def in_use(self) -> bool:
        """Whether anything is read from them; if not, they can say what they like."""
        return self.made_for == self.time_zone


async def check(connection: AsyncConnection, workspace_id: UUID, most: int = 100) -> Checked:
    """Compare every roll-up of the workspace with its events; ``most`` differences of each are told."""
    zones = select(RollupState.time_zone, Workspace.time_zone).outerjoin_from(
        Workspace, RollupState, RollupState.workspace_id == workspace_id
    )
    made_for, time_zone = (await connection.execute(zones.where(Workspace.id == workspace_id))).one()
    if made_for is None:
        return Checked(None, time_zone, [])
    found = [
        difference
        for kind in KINDS
        for rollup in kind.rollups
        for difference in await _differences(connection, workspace_id, kind, rollup, made_for, most)
    ]
    return Checked(made_for, time_zone, found)


async def _differences(
    connection: AsyncConnection, workspace_id: UUID, kind: Kind, rollup: Rollup, zone: str, most: int
) -> list[Difference]:
    """One statement: what is kept, and what is still to come, less what the events add up to, leaves nothing."""
    in_zone: ColumnElement[str] = cast(literal(zone), Text())
    events = kind.events(workspace_id).subquery()
    deltas = kind.deltas(workspace_id).subquery()
    wanted = by_span(kind, rollup, by_day(kind, events, in_zone).subquery()).subquery()
    coming = by_span(kind, rollup, by_day(kind, deltas, in_zone).subquery()).subquery()
    kept = table_of(rollup.model)
    key = ["span", "starts_on", *rollup.keys]
    rows = union_all(
        select(
            *(cast(kept.c["span"], Text()) if name == "span" else kept.c[name] for name in key),
            *_signed(kind, kept.c, 1),
        ).where(kept.c.workspace_id == workspace_id),
        select(*(coming.c[name] for name in key), *_signed(kind, coming.c, 1)),
        select(*(wanted.c[name] for name in key), *_signed(kind, wanted.c, -1)),
    ).subquery()
    sums = {name: func.sum(rows.c[name]) for name in kind.measures}
    by = [rows.c[name] for name in key]
    unequal = select(*by, *(value.label(name) for name, value in sums.items())).group_by(*by)
    unequal = unequal.having(or_(*(value != 0 for value in sums.values()))).order_by(*by).limit(most)
    return [
        Difference(
            kept.name,
            Span[row["span"]],
            row["starts_on"],
            {name: row[name] for name in rollup.keys},
            {name: row[name] for name in kind.measures if row[name]},
        )
        for row in (await connection.execute(unequal)).mappings()
    ]


def _signed(kind: Kind, columns: Any, sign: int) -> list[ColumnElement[Any]]:
    return [(cast(columns[name], Numeric) * sign).label(name) for name in kind.measures]
