"""``wavelength rollups``"""

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
from db import rollups
from db.engine import workspace_transaction
from resolvers.commands.workspace import find_workspace

T = TypeVar("T")

app = typer.Typer(name="rollups", help="What events add up to by day and month.", no_args_is_help=True)


@app.command()
def rebuild(workspace: WorkspaceSlug = DEFAULT_WORKSPACE, database_url: DatabaseUrl = None) -> None:
    """Make the roll-ups anew from the events; others may go on writing meanwhile."""
    _in_workspace(workspace, database_url, rollups.rebuild)
    typer.echo("roll-ups rebuilt")


@app.command()
def check(workspace: WorkspaceSlug = DEFAULT_WORKSPACE, database_url: DatabaseUrl = None) -> None:
    """Compare the roll-ups with the events; exit with status 1 where they differ."""
    found = _in_workspace(workspace, database_url, rollups.check)
    if found.made_for is None:
        typer.echo("not built yet: questions read the events")
        return
    if not found.in_use:
        typer.echo(f"made for {found.made_for}, the workspace is in {found.time_zone}: questions read the events")
    for one in found.differences:
        key = ", ".join(f"{name} {value}" for name, value in one.keys.items())
        excess = ", ".join(f"{name} {value:+}" for name, value in one.excess.items())
        typer.echo(f"{one.table}, {one.span} from {one.starts_on}, {key}: {excess}")
    typer.echo(f"{len(found.differences)} rows differ from the events")
    if found.differences:
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
