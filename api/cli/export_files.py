"""``wavelength export``"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from api.cli.database import database, engines
from api.cli.options import DEFAULT_WORKSPACE, DatabaseUrl, WorkspaceSlug, load_settings
from api.cli.progress import progress
from db.exports import Manifest
from db.exports import export as write
from resolvers.commands.workspace import find_workspace


def export(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to; it is made if there is none.")],
    workspace: WorkspaceSlug = DEFAULT_WORKSPACE,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an export that is there already.")] = False,
    database_url: DatabaseUrl = None,
) -> None:
    """Write a workspace into a folder, a file of JSON lines for each table."""
    with progress() as tell, database(load_settings(database_url=database_url), tell) as url:

        async def run() -> Manifest:
            async with engines(url) as engine:
                workspace_id = await find_workspace(engine.owner, workspace)
                return await write(engine.server, workspace_id, folder, overwrite=overwrite, progress=tell)

        written = asyncio.run(run())
    typer.echo(f"{written.rows:,} rows in {len(written.files)} files")
