"""Files into temporary tables: read, checked row by row and streamed through COPY."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any, cast

import asyncpg
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import CreateTable

from db.imports.map import FileSpec, ImportMap
from db.imports.plan import StagedFile
from db.imports.reader import CsvFile
from db.imports.report import ImportRefusedError, Report

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
    opened = {}
    for key, path in _assign(chart.files, paths).items():
        spec = chart.files[key]
        csv = CsvFile(path, encoding=spec.encoding, delimiter=spec.delimiter)
        stack.callback(csv.close)
        for column in spec.columns:
            if column not in csv.header:
                known = ", ".join(csv.header)
                raise ImportRefusedError(
                    f"[files.{key}], columns: {path.name} has no column {column!r}; it has {known}"
                )
        opened[key] = StagedFile(spec, csv, temporary("file", sa.Column("line", sa.BigInteger, primary_key=True)))
    return opened


def _assign(specs: Mapping[str, FileSpec], paths: Sequence[Path]) -> dict[str, Path]:
    """Files with a name take the path that has it; the others take the rest in order."""
    rest = list(paths)
    assigned = {}
    for key, spec in specs.items():
        if spec.name is None:
            continue
        matching = [path for path in rest if fnmatch.fnmatchcase(path.name, spec.name)]
        if len(matching) != 1:
            given = ", ".join(path.name for path in paths) or "none"
            problem = "no file is" if not matching else f"{len(matching)} files are"
            raise ImportRefusedError(f"[files.{key}]: {problem} named {spec.name!r}; given: {given}")
        assigned[key] = matching[0]
        rest.remove(matching[0])
    unnamed = [key for key, spec in specs.items() if spec.name is None]
    if len(rest) < len(unnamed):
        raise ImportRefusedError(f"[files.{unnamed[len(rest)]}]: no file is given for it")
    if len(rest) > len(unnamed):
        raise ImportRefusedError(f"{rest[len(unnamed)]}: the map has no place for this file")
    return {**assigned, **dict(zip(unnamed, rest, strict=True))}


def note_unused(files: Mapping[str, StagedFile], report: Report) -> None:
    for file in files.values():
        used = {column for slot in file.slots.values() for column in slot.columns}
        if unused := [column for column in file.csv.header if column not in used]:
            report.notes.append(f"{file.name}: the map does not use {', '.join(unused)}")


async def load(connection: AsyncConnection, file: StagedFile, report: Report, progress: Callable[[str], None]) -> None:
    """Stream the good rows of ``file`` into its temporary table; the others go to the report."""
    await create(connection, file.table)
    pooled = await connection.get_raw_connection()
    driver = cast("asyncpg.Connection[Any]", pooled.driver_connection)
    await driver.copy_records_to_table(
        file.table.name,
        columns=[column.name for column in file.table.columns],
        records=_rows(file, report, progress),
    )
    await analyze(connection, file.table)


def _rows(file: StagedFile, report: Report, progress: Callable[[str], None]) -> Iterator[tuple[Any, ...]]:
    check = _RowCheck(file)
    read = 0
    for line, cells in file.csv.records():
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
            yield tuple(row)
    report.rows[file.name] = read
    progress(f"{file.name}: {read:,} rows read")


class _RowCheck:
    """Reads the values of one file's rows and gathers what is wrong with them."""

    def __init__(self, file: StagedFile) -> None:
        slots = list(file.slots.values())
        places = {slot.column.name: index for index, slot in enumerate(slots, start=1)}
        self._readers = [(slot.read, slot.label) for slot in slots]
        self._labels = ["line", *(slot.label for slot in slots)]
        self._required = sorted(places[name] for name in file.required)
        self._required_with = sorted((places[one], places[other]) for one, other in file.required_with)
        # One cell may be read for several values: the same fault is told once.
        self.faults: dict[tuple[str, str], None] = {}

    def read(self, line: int, cells: list[str]) -> list[Any]:
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

    def _miss(self, index: int) -> None:
        self.faults[self._labels[index], "is empty, but needed"] = None

    def take_faults(self) -> list[tuple[str, str]]:
        faults = list(self.faults)
        self.faults.clear()
        return faults
