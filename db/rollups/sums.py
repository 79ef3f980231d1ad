"""Events added up, as roll-ups hold them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import CTE, FromClause, Select, Text, case, cast, column, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.sql.elements import ColumnElement

from db.models import Span
from db.rollups.days import day_of, month_of
from db.rollups.kind import Kind, Rollup, table_of


def dated(events: FromClause, zone: ColumnElement[str]) -> Select[Any]:
    """``events``, each with its ``day`` in a zone."""
    return select(events, day_of(events.c.occurred_at, zone).label("day"))


def by_day(kind: Kind, events: FromClause, zone: ColumnElement[str]) -> Select[Any]:
    """Events with their days, each with its ``sign``, added up by day and by all keys."""
    keys = [key(events.c, zone).label(name) for name, key in kind.keys.items()]
    sums = [func.sum(events.c.sign * measure(events.c)).label(name) for name, measure in kind.measures.items()]
    return select(events.c.day, *keys, *sums).group_by(events.c.day, *keys)


def by_span(kind: Kind, rollup: Rollup, days: FromClause) -> Select[Any]:
    """What :func:`by_day` gives, added up for one roll-up: all its columns but the workspace."""
    spans, span, starts_on = each_span(days.c.day)
    keys = [days.c[name] for name in rollup.keys]
    table = table_of(rollup.model).c
    sums = [cast(func.sum(days.c[name]), table[name].type).label(name) for name in kind.measures]
    rows = select(span.label("span"), starts_on.label("starts_on"), *keys, *sums).join_from(days, spans, true())
    return rows.group_by(span, starts_on, *keys)


def each_span(day: ColumnElement[Any]) -> tuple[FromClause, ColumnElement[str], ColumnElement[Any]]:
    """Rows to be joined that double a day's: its own and its month's, with the span and when that begins."""
    names = ", ".join(f"'{span}'" for span in Span)
    spans = (
        func.unnest(literal_column(f"ARRAY[{names}]"))
        .table_valued(column("span", Text()), name="spans")
        .render_derived()
    )
    starts_on = case((spans.c.span == literal_column(f"'{Span.MONTH}'"), month_of(day)), else_=day)
    return spans, spans.c.span, starts_on


def adding(kind: Kind, rollup: Rollup, workspace_id: UUID, days: CTE) -> Insert:
    """Add what ``days``, made by :func:`by_day`, holds to a roll-up."""
    table = table_of(rollup.model)
    sums = by_span(kind, rollup, days).subquery()
    # In the order in which they are read, so that a page holds what belongs together.
    in_order = [sums.c[name] for name in ("span", "starts_on", *rollup.keys)]
    rows = select(literal_column(f"'{workspace_id}'::uuid"), *sums.c).order_by(*in_order)
    statement = insert(table).from_select(["workspace_id", *sums.c.keys()], rows)
    key = [column.name for column in table.primary_key]
    new = {name: table.c[name] + statement.excluded[name] for name in kind.measures}
    return statement.on_conflict_do_update(index_elements=key, set_=new)
