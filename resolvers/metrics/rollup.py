"""Reading roll-ups: whole months and days that are added up already, what has changed since, and the events of the rest.

One statement reads all of it, that is one snapshot: so the sums are those of the events, whoever writes meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Alias, Select, Subquery, Uuid, case, exists, func, literal_column, select, true, union_all
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import LateralFromClause

from db.models import NOBODY, RollupState, Span, Tenant
from db.rollups.days import begins, day_of, first_whole_month, month_of, next_day
from db.rollups.kind import Kind, Rollup
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.metrics.fact import Scope, is_
from resolvers.metrics.void import happened

Sums = Mapping[str, Callable[[Mapping[str, Any]], ColumnElement[Any]]]
"""What is asked for, by name: made of the measures of a roll-up's row, to be added up."""

Condition = Callable[[Alias], ColumnElement[bool]]


def _any(_row: Alias) -> ColumnElement[bool]:
    return true()


@dataclass(frozen=True)
class Only:
    """Which rows are read: of the roll-up, of its deltas, and of the events themselves. They must mean the same."""

    kept: Condition = _any
    delta: Condition = _any
    event: Condition = _any


@dataclass(frozen=True)
class Reading:
    """What is read of a roll-up: one row for each value of the keys ``by`` with the ``sums`` of its events.

    The first of the sums counts events. With ``by_day`` there is a row for each day, too, as ``day``.
    """

    kind: Kind
    rollup: Rollup
    sums: Sums
    by: Sequence[str]
    only: Only = field(default_factory=Only)
    by_day: bool = False

    @property
    def keys(self) -> list[str]:
        """The names of the columns that tell rows apart."""
        return [*self.by, *(["day"] if self.by_day else [])]


def added_up(reading: Reading, scope: Scope, usable: ColumnElement[bool] | None = None) -> Subquery:
    """What ``reading`` says of the events in the scope; a key without events has no row.

    Where ``usable`` is false all is read from the events.
    """
    at = parts(scope, usable, months=not reading.by_day)
    rows = _rows(reading, scope, at)
    keys = [rows.c[name] for name in reading.keys]
    totals = {name: func.sum(rows.c[name]) for name in reading.sums}
    found = select(*keys, *(total.label(name) for name, total in totals.items())).select_from(at.join(rows, true()))
    counted = next(iter(totals.values()))
    grouped = found.group_by(*keys).having(counted > literal_column("0"))
    return grouped.correlate(*scope.outer).subquery()


def parts(scope: Scope, usable: ColumnElement[bool] | None = None, *, months: bool = True) -> Subquery:
    """How the span is covered, in one row.

    By the days from ``first_day`` to before ``end_day``, that is from the moment ``begins`` to ``ends``; of them by the
    months from ``first_month`` to before ``end_month``; and outside of them by events. Where the roll-ups are not made,
    or not in the scope's zone, no day is covered; without ``months`` no month is.
    """
    zone = scope.time_zone
    state = open_table(RollupState)
    made = exists().where(in_workspace(state), state.c.time_zone == zone).correlate_except(state, *scope.outer)
    outer = _step(
        scope,
        None,
        first=day_of(scope.start, zone),
        end_day=day_of(scope.end, zone),
        usable=made if usable is None else made & usable,
    )
    whole = _step(
        scope,
        outer,
        first_day=case((begins(outer.c.first, zone) < scope.start, next_day(outer.c.first)), else_=outer.c.first),
        end_day=outer.c.end_day,
        usable=outer.c.usable,
    )
    days = whole.c
    covered = _step(
        scope,
        whole,
        first_day=days.first_day,
        end_day=case((days.usable, func.greatest(days.end_day, days.first_day)), else_=days.first_day),
    )
    days = covered.c
    first_month = func.least(first_whole_month(days.first_day), days.end_day) if months else days.end_day
    begun = _step(
        scope,
        covered,
        first_day=days.first_day,
        end_day=days.end_day,
        first_month=first_month,
        begins=func.least(begins(days.first_day, zone), scope.end),
    )
    end_month = func.greatest(month_of(begun.c.end_day), begun.c.first_month) if months else begun.c.end_day
    return _step(
        scope,
        begun,
        **{name: begun.c[name] for name in ("first_day", "end_day", "first_month", "begins")},
        end_month=end_month,
        ends=case((begun.c.end_day > begun.c.first_day, begins(begun.c.end_day, zone)), else_=begun.c.begins),
    )


def _step(scope: Scope, before: Subquery | None, **columns: ColumnElement[Any]) -> Subquery:
    """One row computed from another. OFFSET keeps PostgreSQL from computing it again wherever it is read."""
    row = select(*(value.label(name) for name, value in columns.items())).offset(literal_column("0"))
    if before is not None:
        row = row.select_from(before)
    return row.correlate(*scope.outer).subquery()


def _rows(reading: Reading, scope: Scope, parts: Subquery) -> LateralFromClause:
    kind, only, at = reading.kind, reading.only, parts.c
    branches = [_kept(reading, kept) for kept in kept_rows(reading.rollup.model, parts)]
    delta, before, after = open_table(kind.delta), open_table(kind.event), open_table(kind.event)
    branches.append(
        _single(reading, scope, delta, delta.c.sign).where(only.delta(delta), between(delta, at.begins, at.ends))
    )
    for event, start, end in ((before, scope.start, at.begins), (after, at.ends, scope.end)):
        branches.append(
            _single(reading, scope, event).where(only.event(event), between(event, start, end), happened(event))
        )
    return union_all(*(branch.correlate(parts, *scope.outer) for branch in branches)).lateral("part")


def kept_rows(model: type[Tenant], parts: Subquery) -> list[tuple[Alias, ColumnElement[bool]]]:
    """The rows of a roll-up that cover what :func:`parts` says, each time its table and the condition."""
    at = parts.c
    covering = (
        (Span.MONTH, at.first_month, at.end_month),
        (Span.DAY, at.first_day, at.first_month),
        (Span.DAY, at.end_month, at.end_day),
    )
    found: list[tuple[Alias, ColumnElement[bool]]] = []
    for span, first, end in covering:
        row = open_table(model)
        found.append(
            (row, in_workspace(row) & is_(row.c.span, span) & (row.c.starts_on >= first) & (row.c.starts_on < end))
        )
    return found


def between(row: Alias, start: ColumnElement[Any], end: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether an event, or a delta, lies from one moment to before another."""
    return in_workspace(row) & (row.c.occurred_at >= start) & (row.c.occurred_at < end)


def known(key: ColumnElement[Any]) -> ColumnElement[Any]:
    """What an id in a roll-up's key refers to; null where it stands for nobody."""
    return func.nullif(key, literal_column(f"'{NOBODY}'", Uuid()))


def _kept(reading: Reading, kept: tuple[Alias, ColumnElement[bool]]) -> Select[Any]:
    row, covering = kept
    measures = {name: row.c[name] for name in reading.kind.measures}
    keys = [row.c[name] for name in reading.by] + ([row.c.starts_on.label("day")] if reading.by_day else [])
    return select(*keys, *_labelled(reading.sums, measures)).where(covering, reading.only.kept(row))


def _single(reading: Reading, scope: Scope, row: Alias, sign: ColumnElement[Any] | None = None) -> Select[Any]:
    """Events, or deltas with their sign."""
    kind, zone = reading.kind, scope.time_zone
    measures = {
        name: measure(row.c) if sign is None else sign * measure(row.c) for name, measure in kind.measures.items()
    }
    keys = [kind.keys[name](row.c, zone).label(name) for name in reading.by]
    if reading.by_day:
        keys.append(day_of(row.c.occurred_at, zone).label("day"))
    return select(*keys, *_labelled(reading.sums, measures))


def _labelled(sums: Sums, measures: Mapping[str, Any]) -> Sequence[ColumnElement[Any]]:
    return [sum_(measures).label(name) for name, sum_ in sums.items()]
