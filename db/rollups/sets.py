"""Sets of members, as roll-ups hold them: a bit each. A member's place tells which, and is given once.

Who is not known is in them, too, as :data:`db.models.NOBODY`: an asset that only they used was used.

Members are put into sets by deltas, and taken out by making the sets of the void event's month anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CTE,
    FromClause,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    cast,
    delete,
    exists,
    func,
    literal,
    literal_column,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import BIT, Insert, insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement

from db.models import BLOCK, RollupState, UsagePlace
from db.rollups.days import begins, day_of, month_of, next_month
from db.rollups.kind import Kind, Sets, or_nobody, table_of
from db.rollups.sums import dated, each_span

_SIZE: ColumnElement[int] = literal_column(str(BLOCK))
_ONE: ColumnElement[int] = literal_column("1")


def has(bits: ColumnElement[Any], place: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether the member with this place is in a set of the member's block."""
    return func.get_bit(bits, place % _SIZE) == _ONE


def block_of(place: ColumnElement[Any]) -> ColumnElement[int]:
    """The block that a place is in."""
    return place.op("/")(_SIZE)


def member_of(events: FromClause) -> ColumnElement[UUID]:
    """Who did an event."""
    return or_nobody(events.c.member_id)


def places(workspace_id: UUID, events: FromClause) -> tuple[CTE, CTE]:
    """The members' places, ``member_id`` and ``place``; before them the part of the statement that gives new ones."""
    known, mine = table_of(UsagePlace), literal_column(f"'{workspace_id}'::uuid", Uuid())
    placed = exists().where(known.c.workspace_id == workspace_id, known.c.member_id == member_of(events))
    new = select(member_of(events).label("member_id")).where(~placed).distinct().subquery()
    taken = select(func.count()).select_from(known).where(known.c.workspace_id == workspace_id).scalar_subquery()
    place = taken + func.row_number().over(order_by=new.c.member_id) - _ONE
    giving = insert(known).from_select(["workspace_id", "member_id", "place"], select(mine, new.c.member_id, place))
    given = giving.returning(known.c.member_id, known.c.place).cte("given")
    before = select(known.c.member_id, known.c.place).where(known.c.workspace_id == workspace_id)
    return given, union_all(before, select(given)).cte("places")


def adding(sets: Sets, workspace_id: UUID, events: FromClause, placed: FromClause) -> Insert:
    """Put those who did ``events``, which have their days, into the sets."""
    table = table_of(sets.model)
    rows = _rows(sets, events, placed).subquery()
    key = [column.name for column in table.primary_key]
    in_order = [rows.c[name] for name in key if name != "workspace_id"]
    mine: ColumnElement[UUID] = literal_column(f"'{workspace_id}'::uuid")
    statement = insert(table).from_select(["workspace_id", *rows.c.keys()], select(mine, *rows.c).order_by(*in_order))
    both = {name: table.c[name].op("|")(statement.excluded[name]) for name in sets.actions}
    return statement.on_conflict_do_update(index_elements=key, set_=both)


def _rows(sets: Sets, events: FromClause, placed: FromClause) -> Select[Any]:
    """The sets that ``events`` make: all columns of the table but the workspace.

    The sets of all actions are made as one, one behind the other, which is much faster than one by one.
    """
    starts = {name: _number(place * BLOCK) for place, name in enumerate(sets.actions)}
    start = case(*((is_done(events.c), starts[name]) for name, is_done in sets.actions.items()))
    nobody: ColumnElement[str] = literal_column(f"B'0'::bit({BLOCK * len(starts)})", BIT())
    bit = func.set_bit(nobody, start + placed.c.place % _SIZE, _ONE)
    by = (events.c.day, events.c[sets.key], block_of(placed.c.place).label("block"))
    joined = events.join(placed, placed.c.member_id == member_of(events))
    days = select(*by, func.bit_or(bit).label("bits")).select_from(joined).group_by(*by).subquery()
    spans, span, starts_on = each_span(days.c.day)
    keys = (span.label("span"), starts_on.label("starts_on"), days.c[sets.key], days.c.block)
    both = func.bit_or(days.c.bits)
    parts = [cast(func.substring(both, start + _ONE, _SIZE), BIT(BLOCK)).label(name) for name, start in starts.items()]
    return select(*keys, *parts).join_from(days, spans, true()).group_by(*keys)


def _number(value: int) -> ColumnElement[int]:
    return literal_column(str(value))


async def make_anew(connection: AsyncConnection, workspace_id: UUID, kind: Kind, ids: Sequence[UUID]) -> None:
    """Make the sets of the months and keys of these events anew, from the events that count.

    The caller holds the lock of the roll-ups.
    """
    sets = kind.sets
    zone = await connection.scalar(select(RollupState.time_zone).where(RollupState.workspace_id == workspace_id))
    if sets is None or zone is None:
        return
    in_zone: ColumnElement[str] = cast(literal(zone), Text())
    event, table, state = table_of(kind.event).c, table_of(sets.model), table_of(UsagePlace)
    month = month_of(day_of(event.occurred_at, in_zone)).label("month")
    named = event.id == any_(bindparam("ids", list(ids), ARRAY(Uuid())))
    cells = (
        select(event[sets.key].label("key"), month).where(event.workspace_id == workspace_id, named).distinct().cte()
    )
    of_cell = and_(
        table.c[sets.key] == cells.c.key,
        table.c.starts_on >= cells.c.month,
        table.c.starts_on < next_month(cells.c.month),
    )
    await connection.execute(delete(table).where(table.c.workspace_id == workspace_id, of_cell))
    since, until = begins(cells.c.month, in_zone), begins(next_month(cells.c.month), in_zone)
    counted = kind.events(workspace_id).add_columns(event.id).subquery()
    of_cells = select(counted).join_from(cells, counted, counted.c[sets.key] == cells.c.key)
    of_cells = of_cells.where(counted.c.occurred_at >= since, counted.c.occurred_at < until)
    placed = select(state.c.member_id, state.c.place).where(state.c.workspace_id == workspace_id).subquery()
    await connection.execute(adding(sets, workspace_id, dated(of_cells.subquery(), in_zone).subquery(), placed))
