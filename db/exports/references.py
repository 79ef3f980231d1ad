"""Whether every reference of the staged rows leads to another of them: an empty workspace has nothing else."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.exports.sheets import IDS_OF_ANY
from db.exports.staging import Staged


async def check_references(connection: AsyncConnection, staged: Mapping[str, Staged]) -> None:
    """Raise :class:`RestoreRefusedError` for the first line of a file that refers to nothing; ``staged`` is by table."""
    for rows in staged.values():
        for field in rows.file.fields:
            if field.refers_to is not None:
                await _check(connection, rows, field.column.name, staged[field.refers_to.name])
    for key, names in IDS_OF_ANY.items():
        rows = staged[names.table.name]
        entity = sa.type_coerce(rows.twin.c[names.name], sa.Text)
        for name in (await connection.scalars(sa.select(entity).distinct().order_by(entity))).all():
            await _check(connection, rows, key.name, staged[name], entity == name)


async def _check(
    connection: AsyncConnection, rows: Staged, column: str, referred: Staged, *only: sa.ColumnElement[bool]
) -> None:
    row, target = rows.twin, referred.twin.alias()
    found = sa.exists().where(target.c.id == row.c[column])
    dangling = sa.select(row.c.line, row.c[column]).where(*only, row.c[column].is_not(None), ~found)
    first = (await connection.execute(dangling.order_by(row.c.line).limit(1))).first()
    if first is not None:
        line, key = first
        name = next(field.name for field in rows.file.fields if field.column.name == column)
        raise rows.file.fault(line, f"{name}: {referred.file.sheet.file} has no row with the id {key}")
