"""``wavelength seed``"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from api.cli.database import database, engines
from api.cli.options import DEFAULT_WORKSPACE, DatabaseUrl, WorkspaceSlug, load_settings
from api.cli.progress import progress
from db.seed import seed as fill
from resolvers.commands.workspace import find_workspace


def seed(
    workspace: WorkspaceSlug = DEFAULT_WORKSPACE,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day its year ends before; today unless told.")
    ] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Fill an empty workspace with a small company and a year of its marketing and sales."""
    day = (until or datetime.now(UTC)).date()

    with progress() as tell, database(load_settings(database_url=database_url), tell) as url:

        async def run() -> None:
            async with engines(url) as engine:
                await fill(engine.server, await find_workspace(engine.owner, workspace), tell, until=day)

        asyncio.run(run())
