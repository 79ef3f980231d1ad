"""An exported folder into an empty workspace, in one transaction."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import rollups, search
from db.engine import SERVER_ROLE, enter_workspace
from db.exports import manifest
from db.exports.errors import RestoreRefusedError
from db.exports.lines import File
from db.exports.manifest import Manifest, Settings, schema_revision
from db.exports.progress import Progress
from db.exports.references import check_references
from db.exports.sheets import Field, sheets
from db.exports.staging import Staged, stage
from db.models import BuyingStage, FunnelStage, Workspace
from db.statistics import analyze

BEGINS_WITH = (FunnelStage, BuyingStage)
"""What a new workspace has rows in; children first."""


async def restore(owner: AsyncEngine, workspace_id: UUID, folder: Path, *, progress: Progress) -> Manifest:
    """Put what ``folder`` holds into a workspace that has nothing but its stages and tokens; return the manifest.

    The rows keep their ids and times; the workspace takes over the stages and the settings of the one that was
    exported, and keeps its own slug. ``owner`` connects as the tables' owner, who alone may change a workspace; all
    else is done as the server, under row-level security.

    Raises :class:`RestoreRefusedError`, and then nothing is written.
    """
    told = manifest.read(folder)
    async with owner.begin() as connection:
        await _claim(connection, workspace_id, told.workspace)
        await connection.execute(sa.select(sa.func.set_config("role", SERVER_ROLE, True)))
        await enter_workspace(connection, workspace_id)
        await _require_empty(connection, workspace_id)
        files = _open(folder, told, await schema_revision(connection))
        staged = {file.sheet.table.name: await stage(connection, workspace_id, file, progress) for file in files}
        progress("checking references")
        await check_references(connection, staged)
        for model in BEGINS_WITH:
            await connection.execute(sa.delete(model).where(model.workspace_id == workspace_id))
        await _write(connection, list(staged.values()), progress)
        progress("indexing words")
        await search.rebuild(connection, workspace_id)
        progress("adding up usage")
        await rollups.rebuild(connection, workspace_id)
    await analyze(owner)
    return told


async def _claim(connection: AsyncConnection, workspace_id: UUID, settings: Settings) -> None:
    """Keep everybody else from adding rows to the workspace until the end, and give it its settings.

    Every new row of a tenant's table locks its workspace's row for its foreign key, and has to wait for this lock.
    """
    this = Workspace.id == workspace_id
    if (await connection.scalars(sa.select(Workspace.id).where(this).with_for_update())).first() is None:
        raise RestoreRefusedError(f"there is no workspace {workspace_id}")
    values = settings.model_dump(include=set(Settings.model_fields), by_alias=False)
    await connection.execute(sa.update(Workspace).where(this).values(**values, updated_at=sa.func.now()))


async def _require_empty(connection: AsyncConnection, workspace_id: UUID) -> None:
    may_have_rows = {model.__tablename__ for model in BEGINS_WITH}
    for sheet in sheets():
        rows = sa.select(sa.true()).select_from(sheet.table).where(sheet.table.c.workspace_id == workspace_id)
        if sheet.table.name not in may_have_rows and (await connection.execute(rows.limit(1))).first() is not None:
            raise RestoreRefusedError(f"the workspace is not empty: it has rows in {sheet.table.name}")


def _open(folder: Path, told: Manifest, revision: str) -> list[File]:
    """A file for each table; of an older revision some may not be there, and some have fewer fields."""
    known = {sheet.file for sheet in sheets()}
    whole = told.schema_revision == revision
    versions = f"the folder was written at schema revision {told.schema_revision}, this database is at {revision}"
    path = folder / manifest.NAME
    if unknown := sorted(told.files.keys() - known):
        raise RestoreRefusedError(f"{path}: names {unknown[0]}, which is not known here: {versions}")
    if whole and (missing := sorted(known - told.files.keys())):
        raise RestoreRefusedError(f"{path}: does not name {missing[0]}")
    return [File(folder / sheet.file, sheet, told.files.get(sheet.file), whole=whole) for sheet in sheets()]


async def _write(connection: AsyncConnection, staged: list[Staged], progress: Progress) -> None:
    for rows in staged:
        progress(f"{rows.table.name}: writing")
        await _insert(connection, rows)
    for rows in staged:
        for field in rows.file.fields:
            if field.closes_cycle:
                await _close_cycle(connection, rows, field)


async def _insert(connection: AsyncConnection, rows: Staged) -> None:
    """Write rows in the order of their lines, in which the database numbers those that it numbers."""
    columns = [field.column.name for field in rows.file.fields if not field.closes_cycle]
    names = ["workspace_id", *columns]
    chosen = sa.select(*(rows.twin.c[name] for name in names)).order_by(rows.twin.c.line)
    await connection.execute(sa.insert(rows.table).from_select(names, chosen, include_defaults=False))


async def _close_cycle(connection: AsyncConnection, rows: Staged, field: Field) -> None:
    """Say what could not be said before the rows were there that it refers to."""
    table, twin, name = rows.table, rows.twin, field.column.name
    same = sa.and_(table.c.workspace_id == twin.c.workspace_id, table.c.id == twin.c.id)
    await connection.execute(sa.update(table).where(same, twin.c[name].is_not(None)).values({name: twin.c[name]}))
