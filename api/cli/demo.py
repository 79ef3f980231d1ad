"""The demo workspace, which a first ``wavelength serve`` makes so that there is something to query."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.cli.database import Engines, engines
from api.settings import Settings
from db import migrations
from db.engine import workspace_transaction
from db.models import Role, Workspace
from db.seed import MARGIN_RATE, is_empty, seed
from resolvers.commands.token import create_token, is_valid, parse_token
from resolvers.commands.workspace import DEFAULT_SLUG, create_workspace

KEPT_IN = "demo-token"
"""The file of the data folder that keeps the demo token: the database has its hash only."""


async def prepare(settings: Settings, url: str, tell: Callable[[str], None]) -> str | None:
    """Migrate, fill the demo workspace if it is empty, and return a token for it.

    None where there is no demo workspace: the settings do not want one, or the database has others only.
    """
    tell("Migrating")
    await migrations.upgrade(url)
    if not settings.demo:
        return None
    async with engines(url) as engine:
        workspace_id = await _find_or_make(engine.owner)
        if workspace_id is None:
            return None
        await _fill(engine, workspace_id, tell)
        return await _token(engine.server, workspace_id, settings.data_dir / KEPT_IN)


async def _find_or_make(owner: AsyncEngine) -> UUID | None:
    async with owner.connect() as connection:
        rows = await connection.execute(select(Workspace.slug, Workspace.id))
        workspaces = {row.slug: row.id for row in rows}
    if not workspaces:
        return await create_workspace(owner, DEFAULT_SLUG, margin_rate=MARGIN_RATE)
    return workspaces.get(DEFAULT_SLUG)


async def _fill(engine: Engines, workspace_id: UUID, tell: Callable[[str], None]) -> None:
    async with workspace_transaction(engine.server, workspace_id) as connection:
        empty = await is_empty(connection, workspace_id)
    if empty:
        tell("Making the demo workspace")
        await seed(engine.server, workspace_id, tell, until=datetime.now(UTC).date())


async def _token(engine: AsyncEngine, workspace_id: UUID, path: Path) -> str:
    """The token that the file keeps while it is valid, or else a new one."""
    kept = _read(path)
    parsed = parse_token(kept)
    if parsed is not None and parsed.workspace_id == workspace_id and await is_valid(engine, kept):
        return kept
    token = await create_token(engine, workspace_id, Role.ADMIN, name="demo")
    _keep(path, token)
    return token


def _read(path: Path) -> str:
    return path.read_text(encoding="ascii").strip() if path.exists() else ""


def _keep(path: Path, token: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(f"{token}\n")
