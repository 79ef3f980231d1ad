"""``wavelength search``"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from api.cli.database import database, engines
from api.cli.options import DEFAULT_WORKSPACE, DatabaseUrl, WorkspaceSlug, load_settings
from api.cli.progress import progress
from db import search as index
from db.engine import workspace_transaction
from resolvers.commands.workspace import find_workspace

T = TypeVar("T")

app = typer.Typer(name="search", help="The search index of a workspace.", no_args_is_help=True)


@app.command()
def rebuild(workspace: WorkspaceSlug = DEFAULT_WORKSPACE, database_url: DatabaseUrl = None) -> None:
    """Make the index anew from what there is."""
    words = _in_workspace(workspace, database_url, index.rebuild)
    typer.echo(f"{words} words indexed")


@app.command()
def check(workspace: WorkspaceSlug = DEFAULT_WORKSPACE, database_url: DatabaseUrl = None) -> None:
    """Compare the index with what there is; exit with status 1 where they differ."""
    found = _in_workspace(workspace, database_url, index.check)
    typer.echo(f"{found.missing} words missing, {found.superfluous} superfluous")
    if found != index.Differences(0, 0):
        raise typer.Exit(1)


def _in_workspace(slug: str, database_url: str | None, work: Callable[[AsyncConnection, UUID], Awaitable[T]]) -> T:
    """What ``work`` does in one transaction inside the workspace."""

    async def run(url: str) -> T:
        async with engines(url) as engine:
            workspace_id = await find_workspace(engine.owner, slug)
            async with workspace_transaction(engine.server, workspace_id) as connection:
                return await work(connection, workspace_id)

    with progress() as tell, database(load_settings(database_url=database_url), tell) as url:
        return asyncio.run(run(url))
