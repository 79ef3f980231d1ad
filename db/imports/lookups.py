"""Values that stand in other files: found by a key, filled in once all files are staged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from db.imports.checks import Fault, reject
from db.imports.plan import Derived, LookUp, Record, StagedFile
from db.imports.report import Report
from db.imports.scope import Scope
from db.imports.staging import analyze

Keys = list[tuple[StagedFile, sa.Column[Any], list[tuple[StagedFile, LookUp]]]]


class LookUps:
    """All look-ups of an import, by the file and the key they look into."""

    def __init__(self, files: Mapping[str, StagedFile], records: Sequence[Record]) -> None:
        self._files = [file for file in files.values() if file.derived]
        self._keys = _keys(self._files)
        made = {id(record.file) for record in records}
        self._only_looked_into = [(file, key, users) for file, key, users in self._keys if id(file) not in made]

    def require_keys(self) -> None:
        """A file that is only looked into has a key in each row."""
        for file, key, _ in self._only_looked_into:
            file.required.add(key.name)

    async def prepare(self, scope: Scope, report: Report) -> None:
        """Leave one row for each key of a file that is only looked into: a later one is rejected."""
        for file, key, _ in self._only_looked_into:
            rows = file.table.alias()
            rank = sa.func.row_number().over(partition_by=rows.c[key.name], order_by=rows.c.line)
            first = sa.func.min(rows.c.line).over(partition_by=rows.c[key.name])
            ranked = sa.select(rows.c.line, rows.c[key.name].label("id"), rank.label("rank"), first.label("first"))
            named = ranked.where(rows.c[key.name].is_not(None)).subquery()
            later = sa.select(named.c.line, named.c.id, named.c.first).where(named.c.rank > 1)
            await reject(scope, file, later, _repeated(file.label(key)), report)
        for file, key, _ in self._keys:
            await scope.connection.execute(sa.schema.CreateIndex(sa.Index(f"{file.table.name}_{key.name}", key)))
            await analyze(scope.connection, file.table)

    async def fill(self, scope: Scope) -> None:
        """Fill what is derived; again where rows that were looked up have gone since."""
        for file in self._files:
            values = {each.column.name: _value(each) for each in file.derived.values()}
            differs = sa.or_(*(file.table.c[name].is_distinct_from(value) for name, value in values.items()))
            if await scope.execute(sa.update(file.table).where(differs).values(values)):
                await analyze(scope.connection, file.table)

    async def reject_unfilled(self, scope: Scope, report: Report) -> None:
        """Reject rows that lack a needed value which no look-up has found."""
        for file in self._files:
            for each in file.derived.values():
                if each.needed:
                    empty = sa.select(file.line).where(each.only_with.is_not(None), each.column.is_(None))
                    await reject(scope, file, empty, _unfilled(each), report)

    async def reject_unused(self, scope: Scope, report: Report) -> None:
        """Reject rows of a file that is only looked into which no row looks up."""
        for file, key, users in self._only_looked_into:
            unused = sa.select(file.line, key.label("id"))
            for user, look_up in users:
                rows = user.table.alias()
                unused = unused.where(~sa.exists(sa.select(1).where(rows.c[look_up.by.name] == key)))
            names = ", ".join(dict.fromkeys(user.name for user, _ in users))
            await reject(scope, file, unused, _unused(file.label(key), names), report)


def _keys(files: Sequence[StagedFile]) -> Keys:
    found: dict[tuple[int, str], tuple[StagedFile, sa.Column[Any], list[tuple[StagedFile, LookUp]]]] = {}
    for file in files:
        for derived in file.derived.values():
            for look_up in derived.look_ups:
                place = (id(look_up.file), look_up.key.name)
                found.setdefault(place, (look_up.file, look_up.key, []))[2].append((file, look_up))
    return list(found.values())


def _value(derived: Derived) -> sa.ColumnElement[Any]:
    parts = [_looked_up(part) if isinstance(part, LookUp) else part for part in derived.parts]
    value = sa.func.coalesce(*parts) if len(parts) > 1 else parts[0]
    return sa.case((derived.only_with.is_not(None), value))


def _looked_up(look_up: LookUp) -> sa.ColumnElement[Any]:
    rows = look_up.file.table.alias()
    found = sa.select(rows.c[look_up.value.name]).where(rows.c[look_up.key.name] == look_up.by)
    return found.order_by(rows.c.line).limit(1).scalar_subquery()


def _repeated(label: str) -> Fault:
    return lambda row: (label, f"{row.id!r} is on line {row.first} already")


def _unfilled(derived: Derived) -> Fault:
    label = ", ".join(derived.columns)
    return lambda row: (label, "names no row that has the needed value")


def _unused(label: str, names: str) -> Fault:
    return lambda row: (label, f"no row of {names} has {row.id!r}")
