"""Whether the roll-ups and their deltas say what the events say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    FromClause,
    Numeric,
    Select,
    Text,
    case,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement

from db.models import RollupState, Span, UsagePlace, Workspace
from db.rollups.kind import KINDS, Kind, Rollup, Sets, table_of
from db.rollups.sets import block_of, has, member_of
from db.rollups.sums import by_day, by_span, dated, each_span


@dataclass(frozen=True)
class Difference:
    """By how much a row of a roll-up, with its deltas, says too much (or too little, where negative).

    In a set a member is 1 too much, or -1 where missing.
    """

    table: str
    span: Span
    starts_on: date
    keys: Mapping[str, object]
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
    found: list[Difference] = []
    for kind in KINDS:
        for rollup in kind.rollups:
            found += await _differences(connection, workspace_id, kind, rollup, made_for, most)
        if kind.sets is not None:
            found += await _differences_of_sets(connection, workspace_id, kind, kind.sets, made_for, most)
    return Checked(made_for, time_zone, found)


async def _differences(
    connection: AsyncConnection, workspace_id: UUID, kind: Kind, rollup: Rollup, zone: str, most: int
) -> list[Difference]:
    """One statement: what is kept, and what is still to come, less what the events add up to, leaves nothing."""
    in_zone: ColumnElement[str] = cast(literal(zone), Text())
    events = dated(kind.events(workspace_id).subquery(), in_zone).subquery()
    deltas = dated(kind.deltas(workspace_id).subquery(), in_zone).subquery()
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
    return await _told(connection, unequal, kept.name, rollup.keys, kind.measures)


async def _differences_of_sets(
    connection: AsyncConnection, workspace_id: UUID, kind: Kind, sets: Sets, zone: str, most: int
) -> list[Difference]:
    """One statement: who is in the sets, or still to come into them, and who should be."""
    in_zone: ColumnElement[str] = cast(literal(zone), Text())
    new = kind.deltas(workspace_id).where(table_of(kind.delta).c.sign == 1).subquery()
    rows = union_all(
        select(_KEPT, *_kept_members(sets, workspace_id).subquery().c),
        select(_KEPT, *_members(sets, new, in_zone).subquery().c),
        select(_WANTED, *_members(sets, kind.events(workspace_id).subquery(), in_zone).subquery().c),
    ).subquery()
    excess = {
        name: func.max(case((rows.c[name], rows.c.kept), else_=0))
        - func.max(case((rows.c[name], 1 - rows.c.kept), else_=0))
        for name in sets.actions
    }
    by = [rows.c[name] for name in ("span", "starts_on", sets.key, "member_id")]
    unequal = select(*by, *(cast(value, Numeric).label(name) for name, value in excess.items())).group_by(*by)
    unequal = unequal.having(or_(*(value != 0 for value in excess.values()))).order_by(*by).limit(most)
    return await _told(connection, unequal, table_of(sets.model).name, (sets.key, "member_id"), sets.actions)


_KEPT: ColumnElement[int] = literal_column("1").label("kept")
_WANTED: ColumnElement[int] = literal_column("0").label("kept")


def _kept_members(sets: Sets, workspace_id: UUID) -> Select[Any]:
    """What the sets say of the same."""
    kept, place = table_of(sets.model).c, table_of(UsagePlace).c
    done = (has(kept[name], place.place).label(name) for name in sets.actions)
    return select(
        cast(kept["span"], Text()).label("span"), kept.starts_on, kept[sets.key], place.member_id, *done
    ).where(kept.workspace_id == workspace_id, place.workspace_id == workspace_id, kept.block == block_of(place.place))


def _members(sets: Sets, events: FromClause, zone: ColumnElement[str]) -> Select[Any]:
    """Who did what with what, by day and month."""
    day = dated(events, zone).subquery()
    done = [func.bool_or(is_done(day.c)).label(name) for name, is_done in sets.actions.items()]
    by = (day.c.day, day.c[sets.key], member_of(day).label("member_id"))
    days = select(*by, *done).group_by(*by).subquery()
    spans, span, starts_on = each_span(days.c.day)
    columns = (days.c[name] for name in (sets.key, "member_id", *sets.actions))
    return select(span.label("span"), starts_on.label("starts_on"), *columns).join_from(days, spans, true())


async def _told(
    connection: AsyncConnection, unequal: Select[Any], table: str, keys: Iterable[str], measures: Iterable[str]
) -> list[Difference]:
    return [
        Difference(
            table,
            Span[row["span"]],
            row["starts_on"],
            {name: row[name] for name in keys},
            {name: row[name] for name in measures if row[name]},
        )
        for row in (await connection.execute(unequal)).mappings()
    ]


def _signed(kind: Kind, columns: Any, sign: int) -> list[ColumnElement[Any]]:
    return [(cast(columns[name], Numeric) * sign).label(name) for name in kind.measures]
