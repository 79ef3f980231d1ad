"""What only the rows together, or the database, can tell: duplicates, changed events, references to nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from db.imports.plan import Record, Source, StagedFile
from db.imports.report import Report
from db.imports.scope import Scope, place

Fault = Callable[[sa.Row[Any]], tuple[str | None, str]]
"""The column and the reason of a rejection, from what was selected of the row."""


async def reject_duplicates(scope: Scope, records: Sequence[Record], report: Report) -> None:
    """Reject rows whose external id an earlier row has given: of one record, or of any event of the kind."""
    for target, group in groupby(records, lambda record: record.target):
        named = [record for record in group if not record.shared]
        for rivals in [named] if target.event else [[record] for record in named]:
            for rank in range(len(rivals)):
                await _reject_later(scope, rivals, rank, report)


async def _reject_later(scope: Scope, rivals: Sequence[Record], rank: int, report: Report) -> None:
    """Reject the rows of ``rivals[rank]`` whose id comes earlier, in the order of records and lines."""
    record = rivals[rank]
    given = sa.union_all(
        *(sa.select(place(other, n).label("place"), other.id.label("id")) for n, other in enumerate(rivals))
    ).subquery()
    first = (
        sa.select(given.c.id, sa.func.min(given.c.place).label("place"))
        .where(given.c.id.is_not(None))
        .group_by(given.c.id)
        .having(sa.func.count() > 1)
        .subquery()
    )
    later = sa.select(record.file.line, first.c.id, first.c.place).where(
        record.id == first.c.id, place(record, rank) > first.c.place
    )

    def fault(row: sa.Row[Any]) -> tuple[str, str]:
        other, line = rivals[row.place[0]].file, row.place[1]
        where = f"line {line}" if other is record.file else f"{other.name}:{line}"
        return record.file.label(record.id), f"{row.id!r} is the id of the {record.target.name} on {where} already"

    await reject(scope, record.file, later, fault, report)


async def reject_changed_events(scope: Scope, records: Sequence[Record], report: Report) -> None:
    """Reject rows that give a recorded event other content: what happened is never changed."""
    for record in records:
        if record.target.event:
            await reject(scope, record.file, _changed(scope, record), _changed_fault(record), report)


def _changed(scope: Scope, record: Record) -> sa.Select[Any]:
    event, known = record.target.table, scope.known[record.target.name].alias()
    joined = record.file.table.join(known, known.c.external_id == record.id).join(
        event, sa.and_(scope.of(event), event.c.id == known.c.id)
    )
    differences: list[sa.ColumnElement[bool]] = []
    for name, field in record.target.fields.items():
        value: Source = record.fields.get(name, sa.null())
        if name in record.references:
            entity, external_id = record.references[name]
            named = scope.known[entity].alias()
            joined = joined.outerjoin(named, named.c.external_id == external_id)
            differences.append(sa.and_(external_id.is_not(None), named.c.id.is_(None)))
            value = named.c.id
        differences.append(event.c[field.column.name].is_distinct_from(value))
    return sa.select(record.file.line, record.id.label("id")).select_from(joined).where(sa.or_(*differences))


def _changed_fault(record: Record) -> Fault:
    label, name = record.file.label(record.id), record.target.name
    return lambda row: (label, f"{name} {row.id!r} is recorded with other content, and events are never changed")


async def reject_dangling(scope: Scope, records: Sequence[Record], report: Report) -> None:
    """Reject rows that refer to what neither the workspace has nor a good row makes.

    A rejected row makes nothing, so others may then refer to nothing: repeated until none is left.
    """
    checks = _references(records)
    found = True
    while found:
        found = False
        for file, entity, source in checks:
            missing = _missing(scope, records, file, entity, source)
            found |= await reject(scope, file, missing, _missing_fault(scope, file, entity, source), report)


def _references(records: Sequence[Record]) -> list[tuple[StagedFile, str, sa.Column[Any]]]:
    """The staged columns of external ids but those that their own row makes sure of."""
    sure = {(maker.target.name, id(maker.id)) for maker in records if maker.creates}
    found: dict[tuple[str, int], tuple[StagedFile, str, sa.Column[Any]]] = {}
    for record in records:
        names = record.names if record.creates else [*record.names, (record.target.name, record.file, record.id)]
        found |= {(entity, id(source)): (file, entity, source) for entity, file, source in names}
    return [check for place, check in found.items() if place not in sure]


def _missing(
    scope: Scope, records: Sequence[Record], file: StagedFile, entity: str, source: sa.Column[Any]
) -> sa.Select[Any]:
    known = scope.known[entity].alias()
    named = sa.select(1).where(known.c.external_id == source, known.c.id.is_not(None))
    missing = sa.select(file.line, source.label("id")).where(source.is_not(None), ~sa.exists(named))
    for maker in records:
        if maker.creates and maker.target.name == entity:
            made = maker.file.table.alias()
            missing = missing.where(~sa.exists(sa.select(1).where(made.c[maker.id.name] == source)))
    return missing


def _missing_fault(scope: Scope, file: StagedFile, entity: str, source: sa.Column[Any]) -> Fault:
    label = file.label(source)
    return lambda row: (label, f"there is no {entity} {row.id!r} from {scope.source!r}")


async def reject(
    scope: Scope,
    file: StagedFile,
    bad: sa.Select[*tuple[Any, ...]],
    fault: Fault,
    report: Report,
) -> bool:
    """Take the rows whose ``line`` is in ``bad`` out of the staged ones; tell whether there were any."""
    chosen = bad.subquery()
    taken = sa.delete(file.table).where(file.line == chosen.c.line).returning(*chosen.c).cte("taken")
    before = report.rejected
    async with scope.connection.stream(sa.select(taken).order_by(taken.c.line)) as rows:
        async for row in rows:
            report.reject(file.name, row.line, fault(row))
    return report.rejected > before
