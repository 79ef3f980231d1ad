"""Files into temporary tables: read, checked row by row and streamed through COPY."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any, cast

import asyncpg
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import CreateTable

from db.imports import ndjson
from db.imports.inline import InlineRows
from db.imports.plan import Rows, StagedFile
from db.imports.reader import CsvFile
from db.imports.report import ImportRefusedError, Report
from db.imports.spec import FileSpec, ImportMap
from db.imports.values import Cells

ROWS_PER_NEWS = 100_000

_numbers = count()


def temporary(name: str, *columns: sa.Column[Any]) -> sa.Table:
    """A temporary table that lives as long as the transaction.

    Its number is never used twice by this program, so that no prepared statement remembers an earlier one's columns.
    """
    return sa.Table(
        f"import_{name}_{next(_numbers)}",
        sa.MetaData(),
        *columns,
        prefixes=["TEMPORARY"],
        postgresql_on_commit="DROP",
    )


async def create(connection: AsyncConnection, *tables: sa.Table) -> None:
    for table in tables:
        await connection.execute(CreateTable(table))


async def analyze(connection: AsyncConnection, *tables: sa.Table) -> None:
    """Tell the planner how much is in temporary tables: nobody else does."""
    for table in tables:
        await connection.execute(sa.text(f"ANALYZE {table.name}"))


def open_files(chart: ImportMap, paths: Sequence[Path], stack: ExitStack) -> dict[str, StagedFile]:
    """Open each file of the map and read its header; raises :class:`ImportRefusedError` where one does not fit."""
    assigned = _assign(chart.files, paths)
    opened = {}
    for key, spec in chart.files.items():
        rows = InlineRows(key, spec.rows) if spec.rows is not None else _open(assigned[key], spec)
        stack.callback(rows.close)
        file = StagedFile(spec, rows, temporary("file", sa.Column("line", sa.BigInteger, primary_key=True)))
        for column in spec.columns:
            if not file.has(column):
                known = ", ".join(rows.header)
                raise ImportRefusedError(
                    f"[files.{key}], columns: {rows.name} has no column {column!r}; it has {known}"
                )
        opened[key] = file
    return opened


def _open(path: Path, spec: FileSpec) -> Rows:
    if path.suffix in ndjson.ENDINGS:
        return ndjson.NdjsonFile(path, encoding=spec.encoding)
    return CsvFile(path, encoding=spec.encoding, delimiter=spec.delimiter)


def _assign(specs: Mapping[str, FileSpec], paths: Sequence[Path]) -> dict[str, Path]:
    """Files with a name take the path that has it; the others take the rest in order."""
    rest = list(paths)
    assigned = {}
    for key, spec in specs.items():
        if spec.name is None:
            continue
        matching = [path for path in rest if any(_is_named(path, name) for name in spec.name)]
        if len(matching) != 1:
            given = ", ".join(path.name for path in paths) or "none"
            problem = "no file is" if not matching else f"{len(matching)} files are"
            names = " or ".join(map(repr, spec.name))
            raise ImportRefusedError(f"[files.{key}]: {problem} named {names}; given: {given}")
        assigned[key] = matching[0]
        rest.remove(matching[0])
    unnamed = [key for key, spec in specs.items() if spec.name is None and spec.rows is None]
    if len(rest) < len(unnamed):
        raise ImportRefusedError(f"[files.{unnamed[len(rest)]}]: no file is given for it")
    if len(rest) > len(unnamed):
        raise ImportRefusedError(f"{rest[len(unnamed)]}: the map has no place for this file")
    return {**assigned, **dict(zip(unnamed, rest, strict=True))}


def _is_named(path: Path, name: str) -> bool:
    """Whether ``name`` is that of the file; without an ending it is that of a CSV and of an NDJSON file."""
    if fnmatch.fnmatchcase(path.name, name):
        return True
    return path.suffix in (".csv", *ndjson.ENDINGS) and fnmatch.fnmatchcase(path.stem, name)


def note_unused(files: Mapping[str, StagedFile], report: Report) -> None:
    for file in files.values():
        if unused := [column for column in file.rows.header if column not in file.used]:
            report.notes.append(f"{file.name}: the map does not use {', '.join(unused)}")


async def load(
    connection: AsyncConnection,
    file: StagedFile,
    ids: Collection[sa.Column[Any]],
    report: Report,
    progress: Callable[[str], None],
) -> None:
    """Stream the good rows of ``file`` into its temporary table; the others go to the report.

    ``ids`` are those of the records made of the file: a row that fills none of them is passed over.
    """
    await create(connection, file.table)
    pooled = await connection.get_raw_connection()
    driver = cast("asyncpg.Connection[Any]", pooled.driver_connection)
    await driver.copy_records_to_table(
        file.table.name,
        columns=["line", *(slot.column.name for slot in file.slots.values())],
        records=_rows(file, _RowCheck(file, ids), report, progress),
    )
    await analyze(connection, file.table)


def _rows(
    file: StagedFile, check: _RowCheck, report: Report, progress: Callable[[str], None]
) -> Iterator[tuple[Any, ...]]:
    read = passed_over = 0
    for line, cells in file.rows.records(frozenset(file.used)):
        read += 1
        if read % ROWS_PER_NEWS == 0:
            progress(f"{file.name}: {read:,} rows read")
        if isinstance(cells, str):
            report.reject(file.name, line, (None, cells))
            continue
        row = check.read(line, cells)
        if check.faults:
            report.reject(file.name, line, *check.take_faults())
        else:
            passed_over += check.makes_nothing(row)
            yield tuple(row)
    report.rows[file.name] = read
    if passed_over:
        report.passed_over[file.name] = passed_over
    progress(f"{file.name}: {read:,} rows read")


class _RowCheck:
    """Reads the values of one file's rows and gathers what is wrong with them."""

    def __init__(self, file: StagedFile, ids: Collection[sa.Column[Any]]) -> None:
        slots = list(file.slots.values())
        places = {slot.column.name: index for index, slot in enumerate(slots, start=1)}
        self._readers = [(slot.read, ", ".join(slot.columns)) for slot in slots]
        self._labels = ["line", *(label for _, label in self._readers)]
        self._required = sorted(places[name] for name in file.required)
        self._required_with = sorted((places[one], places[other]) for one, other in file.required_with)
        self._ids = sorted(places[column.name] for column in ids)
        # One cell may be read for several values: the same fault is told once.
        self.faults: dict[tuple[str, str], None] = {}

    def read(self, line: int, cells: Cells) -> list[Any]:
        row: list[Any] = [line]
        for read, label in self._readers:
            try:
                row.append(read(cells))
            except ValueError as error:
                row.append(error)
                self.faults[label, str(error)] = None
        for index in self._required:
            if row[index] is None:
                self._miss(index)
        for one, other in self._required_with:
            if row[other] is None and row[one] is not None:
                self._miss(other)
        return row

    def makes_nothing(self, row: list[Any]) -> bool:
        return bool(self._ids) and all(row[index] is None for index in self._ids)

    def _miss(self, index: int) -> None:
        self.faults[self._labels[index], "is empty, but needed"] = None

    def take_faults(self) -> list[tuple[str, str]]:
        faults = list(self.faults)
        self.faults.clear()
        return faults
