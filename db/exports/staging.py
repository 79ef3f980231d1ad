"""Files into temporary twins of their tables, where PostgreSQL holds each row to the table's own rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.exports.errors import RestoreRefusedError
from db.exports.lines import File
from db.exports.progress import Progress


@dataclass(frozen=True, slots=True)
class Staged:
    """A file whose rows are in ``twin``: the table's columns, and the ``line`` that a row was read from."""

    file: File
    twin: sa.Table

    @property
    def table(self) -> sa.Table:
        return self.file.sheet.table


async def stage(connection: AsyncConnection, workspace_id: UUID, file: File, progress: Progress) -> Staged:
    """Read a file into a twin of its table; :class:`RestoreRefusedError` names the first line that does not fit."""
    staged = Staged(file, _twin(file.sheet.table))
    await _create(connection, staged)
    driver = cast("asyncpg.Connection[Any]", (await connection.get_raw_connection()).driver_connection)
    names = ["line", "workspace_id", *(field.column.name for field in file.fields)]
    try:
        await driver.copy_records_to_table(
            staged.twin.name, columns=names, records=_records(workspace_id, file, progress)
        )
    except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError) as error:
        raise _refusal(file, error) from error
    # Nobody else tells the planner how much is in a temporary table.
    await connection.exec_driver_sql(f"ANALYZE {staged.twin.name}")
    return staged


def _twin(table: sa.Table) -> sa.Table:
    columns = (sa.Column(column.name, column.type) for column in table.columns)
    return sa.Table(f"restore_{table.name}", sa.MetaData(), sa.Column("line", sa.BigInteger), *columns)


async def _create(connection: AsyncConnection, staged: Staged) -> None:
    """Make the twin, with all rules of the table but its references: what it refers to may come later.

    Rows go through it because COPY into a table with row-level security is refused.
    """
    twin, table = staged.twin.name, staged.table.name
    await connection.exec_driver_sql(
        f"CREATE TEMPORARY TABLE {twin} "
        f"(line bigint, LIKE {table} INCLUDING CONSTRAINTS INCLUDING DEFAULTS INCLUDING IDENTITY) ON COMMIT DROP"
    )
    unique = sa.text(
        "SELECT substring(pg_get_indexdef(indexrelid) FROM ' USING .*') FROM pg_index "
        "WHERE indrelid = CAST(CAST(:table AS text) AS regclass) AND indisunique"
    )
    for definition in (await connection.scalars(unique, {"table": table})).all():
        await connection.exec_driver_sql(f"CREATE UNIQUE INDEX ON {twin}{definition}")


def _records(workspace_id: UUID, file: File, progress: Progress) -> Iterator[tuple[Any, ...]]:
    for number, values in file.values(progress):
        yield number, workspace_id, *values


def _refusal(file: File, error: asyncpg.PostgresError) -> RestoreRefusedError:
    """What PostgreSQL says of a row, with the row's line, which is the one it counted."""
    line = re.search(r"\bline (\d+)", error.context or "")
    match error:
        case asyncpg.UniqueViolationError():
            reason = str(error.detail)
        case asyncpg.CheckViolationError():
            reason = f"breaks the rule {error.constraint_name}"
        case _:
            reason = str(error)
    return file.fault(int(line[1]), reason) if line else RestoreRefusedError(f"{file.path}: {reason}")
