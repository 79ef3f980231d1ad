"""A workspace into a folder, in one snapshot and in memory that does not grow with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.engine import enter_workspace
from db.exports.errors import ExportRefusedError
from db.exports.manifest import NAME, Manifest, Origin, schema_revision
from db.exports.progress import Counter, Progress
from db.exports.sheets import Sheet, sheets
from db.models import Workspace


async def export(
    engine: AsyncEngine, workspace_id: UUID, folder: Path, *, overwrite: bool = False, progress: Progress
) -> Manifest:
    """Write every row of a workspace but its tokens into ``folder``, a file of NDJSON for each table, and a manifest.

    The folder is made if there is none. Raises :class:`ExportRefusedError` where it has something in it, unless
    ``overwrite`` says to replace what has the names of an export's files.
    """
    _prepare(folder, overwrite=overwrite)
    async with engine.connect() as connecting:
        connection = await connecting.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        async with connection.begin():
            await enter_workspace(connection, workspace_id)
            manifest = Manifest(
                schema_revision=await schema_revision(connection),
                exported_at=(await connection.execute(sa.select(sa.func.now()))).scalar_one(),
                workspace=await _origin(connection, workspace_id),
                files={
                    sheet.file: await _write(connection, workspace_id, sheet, folder, progress) for sheet in sheets()
                },
            )
    manifest.write(folder)
    return manifest


def _prepare(folder: Path, *, overwrite: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if not overwrite and any(folder.iterdir()):
        raise ExportRefusedError(f"{folder} is not empty: name another folder, or say --overwrite")
    # Until the new files are all there, nobody shall take the folder for an export.
    (folder / NAME).unlink(missing_ok=True)


async def _origin(connection: AsyncConnection, workspace_id: UUID) -> Origin:
    columns = {name: getattr(Workspace, name) for name in Origin.model_fields if name != "id"}
    row = (await connection.execute(sa.select(*columns.values()).where(Workspace.id == workspace_id))).one_or_none()
    if row is None:
        raise ExportRefusedError(f"there is no workspace {workspace_id}")
    return Origin(id=f"{Workspace.__prefix__}_{workspace_id}", **dict(zip(columns, row, strict=True)))


async def _write(
    connection: AsyncConnection, workspace_id: UUID, sheet: Sheet, folder: Path, progress: Progress
) -> int:
    """Write one file; return how many lines it has."""
    counter = Counter(sheet.file, progress)
    with (folder / sheet.file).open("wb") as file:

        async def take(chunk: bytes) -> None:
            file.write(chunk)
            counter.add(chunk.count(b"\n"))

        driver = cast("asyncpg.Connection[Any]", (await connection.get_raw_connection()).driver_connection)
        # JSON has no control characters: with two of them for its own signs, CSV leaves every line as it is.
        await driver.copy_from_query(
            _lines(connection, sheet, workspace_id), output=take, format="csv", delimiter="\x02", quote="\x01"
        )
    return counter.done()


def _lines(connection: AsyncConnection, sheet: Sheet, workspace_id: UUID) -> str:
    """The statement that makes the lines of a file. COPY takes no parameters, and none of its values is a client's."""
    line = (
        sa.select(*(field.write.label(field.name) for field in sheet.fields))
        .where(sheet.table.c.workspace_id == workspace_id)
        .order_by(*sheet.order)
        .subquery("line")
    )
    lines = sa.select(sa.func.row_to_json(line.table_valued()))
    return str(lines.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True}))
