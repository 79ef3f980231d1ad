"""Reading roll-ups: whole months and days that are added up already, what has changed since, and the events of the rest.

One statement reads all of it, that is one snapshot: so the sums are those of the events, whoever writes meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Alias, Select, Subquery, case, exists, func, literal_column, select, true, union_all
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import LateralFromClause

from db.models import RollupState, Span
from db.rollups.days import begins, day_of, first_whole_month, month_of, next_day
from db.rollups.kind import Kind, Rollup
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.metrics.fact import Scope, is_
from resolvers.metrics.void import happened

Sums = Mapping[str, Callable[[Mapping[str, Any]], ColumnElement[Any]]]
"""What is asked for, by name: made of the measures of a roll-up's row, to be added up."""


def added_up(
    kind: Kind, rollup: Rollup, scope: Scope, sums: Sums, only: Callable[[Alias], ColumnElement[bool]]
) -> Subquery:
    """One row a key of ``rollup`` with the ``sums`` of its events in the scope; the first of them counts events.

    A key without events has no row. Of single events only those need be read that fit ``only``.
    """
    parts = _parts(rollup, scope)
    rows = _rows(kind, rollup, scope, sums, only, parts)
    keys = [rows.c[name] for name in rollup.keys]
    totals = {name: func.sum(rows.c[name]) for name in sums}
    found = select(*keys, *(total.label(name) for name, total in totals.items())).select_from(parts.join(rows, true()))
    counted = next(iter(totals.values()))
    grouped = found.group_by(*keys).having(counted > literal_column("0"))
    return grouped.correlate(*scope.outer).subquery()


def _parts(rollup: Rollup, scope: Scope) -> Subquery:
    """How the span is covered, in one row.

    By the days from ``first_day`` to before ``end_day``, that is from the moment ``begins`` to ``ends``; of them by the
    months from ``first_month`` to before ``end_month``; and outside of them by events. Where the roll-ups are not made,
    or not in the scope's zone, no day is covered.
    """
    zone = scope.time_zone
    state = open_table(RollupState)
    usable = exists().where(in_workspace(state), state.c.time_zone == zone).correlate_except(state, *scope.outer)
    outer = _step(scope, None, first=day_of(scope.start, zone), end_day=day_of(scope.end, zone), usable=usable)
    whole = _step(
        scope,
        outer,
        first_day=case((begins(outer.c.first, zone) < scope.start, next_day(outer.c.first)), else_=outer.c.first),
        end_day=outer.c.end_day,
        usable=outer.c.usable,
    )
    by_day = Span.DAY in rollup.spans
    first = whole.c.first_day if by_day else first_whole_month(whole.c.first_day)
    end = whole.c.end_day if by_day else month_of(whole.c.end_day)
    covered = _step(
        scope, whole, first_day=first, end_day=case((whole.c.usable, func.greatest(end, first)), else_=first)
    )
    days = covered.c
    months = _step(
        scope,
        covered,
        first_day=days.first_day,
        end_day=days.end_day,
        first_month=func.least(first_whole_month(days.first_day), days.end_day),
        begins=func.least(begins(days.first_day, zone), scope.end),
    )
    return _step(
        scope,
        months,
        **{name: months.c[name] for name in ("first_day", "end_day", "first_month", "begins")},
        end_month=func.greatest(month_of(months.c.end_day), months.c.first_month),
        ends=case((months.c.end_day > months.c.first_day, begins(months.c.end_day, zone)), else_=months.c.begins),
    )


def _step(scope: Scope, before: Subquery | None, **columns: ColumnElement[Any]) -> Subquery:
    """One row computed from another. OFFSET keeps PostgreSQL from computing it again wherever it is read."""
    row = select(*(value.label(name) for name, value in columns.items())).offset(literal_column("0"))
    if before is not None:
        row = row.select_from(before)
    return row.correlate(*scope.outer).subquery()


def _rows(
    kind: Kind,
    rollup: Rollup,
    scope: Scope,
    sums: Sums,
    only: Callable[[Alias], ColumnElement[bool]],
    parts: Subquery,
) -> LateralFromClause:
    at = parts.c
    branches = [_kept(kind, rollup, Span.MONTH, sums, at.first_month, at.end_month)]
    if Span.DAY in rollup.spans:
        branches.append(_kept(kind, rollup, Span.DAY, sums, at.first_day, at.first_month))
        branches.append(_kept(kind, rollup, Span.DAY, sums, at.end_month, at.end_day))
    delta, before, after = open_table(kind.delta), open_table(kind.event), open_table(kind.event)
    branches.append(_single(kind, rollup, sums, delta, delta.c.sign, only, at.begins, at.ends))
    for event, start, end in ((before, scope.start, at.begins), (after, at.ends, scope.end)):
        branches.append(_single(kind, rollup, sums, event, None, only, start, end).where(happened(event)))
    return union_all(*(branch.correlate(parts, *scope.outer) for branch in branches)).lateral("part")


def _kept(
    kind: Kind, rollup: Rollup, span: Span, sums: Sums, first: ColumnElement[Any], end: ColumnElement[Any]
) -> Select[Any]:
    """Rows of the roll-up: the days, or the months, from ``first`` to before ``end``."""
    row = open_table(rollup.model)
    measures = {name: row.c[name] for name in kind.measures}
    return select(*(row.c[name] for name in rollup.keys), *_labelled(sums, measures)).where(
        in_workspace(row), is_(row.c.span, span), row.c.starts_on >= first, row.c.starts_on < end
    )


def _single(
    kind: Kind,
    rollup: Rollup,
    sums: Sums,
    row: Alias,
    sign: ColumnElement[Any] | None,
    only: Callable[[Alias], ColumnElement[bool]],
    start: ColumnElement[Any],
    end: ColumnElement[Any],
) -> Select[Any]:
    """Events, or deltas, from one moment to before another."""
    measures = {
        name: measure(row.c) if sign is None else sign * measure(row.c) for name, measure in kind.measures.items()
    }
    keys = [kind.key(name, row.c).label(name) for name in rollup.keys]
    return select(*keys, *_labelled(sums, measures)).where(
        in_workspace(row), only(row), row.c.occurred_at >= start, row.c.occurred_at < end
    )


def _labelled(sums: Sums, measures: Mapping[str, Any]) -> Sequence[ColumnElement[Any]]:
    return [sum_(measures).label(name) for name, sum_ in sums.items()]
