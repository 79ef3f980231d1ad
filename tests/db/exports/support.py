"""A company to export, and what it takes to say that two workspaces hold the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import workspace_transaction
from db.exports import export, restore
from db.exports.sheets import sheets

EXPORTED = [sheet.table for sheet in sheets()]
LEFT_OUT = {"workspace_id", "sequence", "api_token_id"}
"""The columns that a restored row has of its own, or not at all."""


def silent(_step: str) -> None:
    """The progress of a test is not shown."""


async def rows_of(engine: AsyncEngine, workspace_id: UUID, table: sa.Table) -> list[tuple[Any, ...]]:
    """All rows of a table, as they are, in an order of their own."""
    columns = [column for column in table.columns if column.name not in LEFT_OUT]
    # As text every value can be put in order, and nothing is lost.
    key = [sa.cast(column, sa.Text) for column in columns]
    async with workspace_transaction(engine, workspace_id) as connection:
        found = await connection.execute(sa.select(*key).where(table.c.workspace_id == workspace_id).order_by(*key))
        return [tuple(row) for row in found]


async def differences(engine: AsyncEngine, one: UUID, other: UUID) -> dict[str, tuple[int, int]]:
    """The tables whose rows differ between two workspaces, with how many each of them has."""
    differing = {}
    for table in EXPORTED:
        left, right = await rows_of(engine, one, table), await rows_of(engine, other, table)
        if left != right:
            differing[table.name] = (len(left), len(right))
    return differing


async def export_to(engine: AsyncEngine, workspace_id: UUID, folder: Path, *, overwrite: bool = False) -> Path:
    await export(engine, workspace_id, folder, overwrite=overwrite, progress=silent)
    return folder


async def restore_from(owner: AsyncEngine, workspace_id: UUID, folder: Path) -> None:
    await restore(owner, workspace_id, folder, progress=silent)


def contents(folder: Path) -> dict[str, bytes]:
    """The bytes of each file but the manifest."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.ndjson"))}
