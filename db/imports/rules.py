"""What the database would refuse is told by line before: its CHECKs, its unique combinations, missing reasons."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from db.imports.bind import NEED_A_REASON
from db.imports.checks import Fault, reject
from db.imports.merge import resolved
from db.imports.plan import Record, Source
from db.imports.report import Report
from db.imports.scope import Scope, place
from db.models import Base, FunnelStage

stage = Base.metadata.tables[FunnelStage.__tablename__]

_SURE = re.compile("_(known|shape|one_subject)$")
"""Ends of the names of constraints that every value read from a file keeps, or every map."""


async def reject_rule_breakers(scope: Scope, records: Sequence[Record], report: Report) -> None:
    """Reject rows that a constraint of their table would refuse."""
    for record in records:
        await _reject_by_checks(scope, record, report)
        await _reject_unexplained(scope, records, record, report)
    for target in {record.target.name: record.target for record in records}.values():
        rivals = [record for record in records if record.target is target]
        for names in target.unique:
            for rank in range(len(rivals)):
                await _reject_second(scope, rivals, rank, names, report)


async def _reject_by_checks(scope: Scope, record: Record, report: Report) -> None:
    """Ask every CHECK of the table of the rows as they are going to be written."""
    table, given = record.target.table, {record.target.fields[name].column.name for name in record.fields}
    checks = {
        name: rule
        for constraint in table.constraints
        if isinstance(constraint, sa.CheckConstraint)
        and not _SURE.search(name := str(constraint.name))
        and given & set(re.findall(r"\w+", rule := str(constraint.sqltext)))
    }
    if not checks:
        return
    rows = _as_written(scope, record).subquery()
    for name in sorted(checks):
        # The rule is the model's own text, and its columns are named as the table's are.
        broken = sa.select(rows.c.line).select_from(rows).where(sa.text(f"NOT ({checks[name]})"))
        await reject(scope, record.file, broken, _breaks(checks[name]), report)


def _as_written(scope: Scope, record: Record) -> sa.Select[Any]:
    """The record's rows under the names of the table's columns; what the map does not name is as it was."""
    table, own = record.target.table, scope.known[record.target.name].alias()
    joined: sa.FromClause = record.file.table.join(own, own.c.external_id == record.id)
    joined, values = resolved(scope, record, joined)
    was = table.alias()
    joined = joined.outerjoin(was, sa.and_(scope.of(was), was.c.id == own.c.id))
    # A reference is there or not: which row it names no CHECK asks, and a new one has no id yet.
    for name, (_, external_id) in record.references.items():
        values[record.target.fields[name].column.name] = external_id
    columns = [_typed(values.get(column.name, was.c[column.name])).label(column.name) for column in table.columns]
    return sa.select(*[record.file.line, *columns]).select_from(joined)


def _typed(value: Source) -> Source:
    """A constant with its type, which PostgreSQL cannot tell from where it stands."""
    return sa.cast(value, value.type) if isinstance(value, sa.BindParameter) else value


def _breaks(rule: str) -> Fault:
    return lambda row: (None, f"breaks the rule {rule}")


async def _reject_unexplained(scope: Scope, records: Sequence[Record], record: Record, report: Report) -> None:
    """Reject transitions without a reason into stages that need one, where the file names the stage."""
    if record.target.name != "stage_transition" or "to_stage" not in record.references:
        return
    _, to_stage = record.references["to_stage"]
    known = scope.known["funnel_stage"].alias()
    there = sa.select(known.c.external_id, stage.c.kind).join_from(
        known, stage, sa.and_(scope.of(stage), stage.c.id == known.c.id)
    )
    coming = [
        sa.select(maker.id, sa.cast(maker.fields["kind"], sa.Text))
        for maker in records
        if maker.target.name == "funnel_stage" and "kind" in maker.fields
    ]
    kinds = sa.union_all(there, *coming).subquery()
    needs = sa.exists(sa.select(1).where(kinds.c.external_id == to_stage, kinds.c.kind.in_(NEED_A_REASON)))
    reason = record.fields.get("reason", sa.null())
    label = record.file.label(to_stage)
    bad = sa.select(record.file.line, to_stage.label("id")).where(needs, reason.is_(None))
    await reject(scope, record.file, bad, lambda row: (label, f"entering {row.id!r} needs a reason"), report)


async def _reject_second(
    scope: Scope, rivals: Sequence[Record], rank: int, names: tuple[str, ...], report: Report
) -> None:
    """Reject rows that give a combination of fields which an earlier row, or another row of the workspace, has."""
    record = rivals[rank]
    if not record.creates or not set(names) <= record.fields.keys():
        return
    label = ", ".join(record.file.label(each) for name in names if isinstance(each := record.fields[name], sa.Column))
    reason = f"there is another {record.target.name} with the same {' and '.join(names)}"
    for bad in (_given_earlier(scope, rivals, rank, names), _taken(scope, record, names)):
        await reject(scope, record.file, bad, lambda row: (label or None, reason), report)


def _given_earlier(scope: Scope, rivals: Sequence[Record], rank: int, names: tuple[str, ...]) -> sa.Select[Any]:
    given = sa.union_all(
        *(_combination(scope, other, n, names) for n, other in enumerate(rivals) if set(names) <= other.fields.keys())
    ).subquery()
    same = [given.c[name] for name in names]
    first = sa.func.first_value(given.c.external_id).over(partition_by=same, order_by=given.c.place)
    ranked = sa.select(given.c.line, given.c.rank, given.c.external_id, first.label("first"))
    ranked_rows = ranked.where(*(column.is_not(None) for column in same)).subquery()
    return sa.select(ranked_rows.c.line).where(
        ranked_rows.c.rank == rank, ranked_rows.c.external_id != ranked_rows.c.first
    )


def _taken(scope: Scope, record: Record, names: tuple[str, ...]) -> sa.Select[Any]:
    """The rows that give a combination which another row of the workspace has, found by the index that guards it."""
    own, there = scope.known[record.target.name].alias(), record.target.table.alias()
    joined, values = resolved(scope, record, record.file.table.join(own, own.c.external_id == record.id))
    columns = [record.target.fields[name].column.name for name in names]
    same = (there.c[column] == values[column] for column in columns)
    found = joined.join(there, sa.and_(scope.of(there), *same))
    return sa.select(record.file.line, own.c.id).select_from(found).where(there.c.id.is_distinct_from(own.c.id))


def _combination(scope: Scope, record: Record, rank: int, names: tuple[str, ...]) -> sa.Select[Any]:
    """The fields of the record's rows as texts: a reference as the id of what it names, or as the file has it."""
    own = scope.known[record.target.name].alias()
    joined: sa.FromClause = record.file.table.join(own, own.c.external_id == record.id)
    columns: list[sa.ColumnElement[Any]] = []
    for name in names:
        value = record.fields[name]
        if name in record.references:
            entity, external_id = record.references[name]
            known = scope.known[entity].alias()
            joined = joined.outerjoin(known, known.c.external_id == external_id)
            value = sa.func.coalesce(sa.cast(known.c.id, sa.Text), external_id)
        columns.append(sa.cast(value, sa.Text).label(name))
    where: list[sa.ColumnElement[Any]] = [sa.literal(rank).label("rank"), place(record, rank).label("place")]
    return sa.select(record.file.line, own.c.external_id, own.c.id, *where, *columns).select_from(joined)
