"""An export needs no more memory for a larger workspace, and neither does the way back."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import workspace_transaction
from tests.conftest import MadeWorkspace, WorkspaceFactory
from tests.db.exports.support import export_to, restore_from
from tests.factories.content import asset

USAGES = """
    INSERT INTO content_usage (workspace_id, asset_id, action, minutes, occurred_at)
    SELECT :workspace, :asset, 'VIEWED', number % 90, timestamptz '2026-01-01 UTC' + number * interval '1 second'
    FROM generate_series(1, :rows) AS number"""


async def used(engine: AsyncEngine, make_workspace: WorkspaceFactory, rows: int) -> MadeWorkspace:
    """A workspace where one asset was used so often."""
    made = await make_workspace()
    async with workspace_transaction(engine, made.id) as connection:
        values = {"workspace": made.id, "asset": await asset(connection, made.id), "rows": rows}
        await connection.execute(sa.text(USAGES), values)
    return made


@pytest.fixture(scope="module")
async def sizes(engine: AsyncEngine, make_workspace: WorkspaceFactory) -> dict[int, MadeWorkspace]:
    return {rows: await used(engine, make_workspace, rows) for rows in (10, 5_000, 20_000)}


async def test_memory_is_flat(
    engine: AsyncEngine,
    owner_engine: AsyncEngine,
    make_workspace: WorkspaceFactory,
    sizes: dict[int, MadeWorkspace],
    tmp_path: Path,
) -> None:
    """Held whole, four times the rows would take four times the memory."""
    peaks = []
    for rows, made in sizes.items():
        folder = tmp_path / str(rows)
        empty = await make_workspace()
        tracemalloc.start()
        try:
            await export_to(engine, made.id, folder)
            written = tracemalloc.get_traced_memory()[1]
            tracemalloc.reset_peak()
            await restore_from(owner_engine, empty.id, folder)
            peaks.append((written, tracemalloc.get_traced_memory()[1]))
        finally:
            tracemalloc.stop()
        assert len((folder / "content_usage.ndjson").read_bytes().splitlines()) == rows
    _, (few_written, few_read), (many_written, many_read) = peaks
    assert many_written <= 1.5 * few_written
    assert many_read <= 1.5 * few_read
