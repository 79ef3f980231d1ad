"""``wavelength restore``"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from api.cli.database import database, engines
from api.cli.options import DEFAULT_WORKSPACE, DatabaseUrl, WorkspaceSlug, load_settings
from api.cli.progress import progress
from db.exports import Manifest
from db.exports import restore as put_back
from resolvers.commands.workspace import find_workspace


def restore(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="What `wavelength export` has written.")],
    workspace: WorkspaceSlug = DEFAULT_WORKSPACE,
    database_url: DatabaseUrl = None,
) -> None:
    """Put an exported folder into an empty workspace: all of it, or nothing."""
    with progress() as tell, database(load_settings(database_url=database_url), tell) as url:

        async def run() -> Manifest:
            async with engines(url) as engine:
                workspace_id = await find_workspace(engine.owner, workspace)
                return await put_back(engine.owner, workspace_id, folder, progress=tell)

        restored = asyncio.run(run())
    typer.echo(f"{restored.rows:,} rows from {len(restored.files)} files")
