"""``wavelength workspace``"""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Annotated

import typer

from api.cli.database import database, engines
from api.cli.options import DatabaseUrl, load_settings
from api.cli.progress import progress
from resolvers.commands.workspace import WorkspaceExistsError, create_workspace

app = typer.Typer(name="workspace", help="Workspaces: the companies that share the server.", no_args_is_help=True)


@app.callback()
def workspace() -> None:
    """Keeps ``create`` a subcommand: typer runs the only command of a group without its name."""


@app.command()
def create(
    slug: Annotated[str, typer.Argument(help="Lower-case letters, digits and hyphens.")],
    name: Annotated[str | None, typer.Option(help="What people call it.")] = None,
    time_zone: Annotated[str, typer.Option(help="Where its days begin and end.")] = "UTC",
    currency: Annotated[str, typer.Option(help="The currency that it reports in.")] = "USD",
    margin_rate: Annotated[
        float, typer.Option(help="The share of a revenue, 0 to 1, that is left after the cost of what was sold.")
    ] = 1,
    exist_ok: Annotated[bool, typer.Option("--exist-ok", help="Let one that exists be, without an error.")] = False,
    database_url: DatabaseUrl = None,
) -> None:
    """Make a workspace with its default stages."""
    # By its text, so that the share is the one that was written.
    margin = Decimal(str(margin_rate))

    async def run(url: str) -> None:
        async with engines(url) as engine:
            try:
                await create_workspace(
                    engine.owner, slug, name=name, time_zone=time_zone, currency_code=currency, margin_rate=margin
                )
            except WorkspaceExistsError:
                if not exist_ok:
                    raise

    with progress() as tell, database(load_settings(database_url=database_url), tell) as url:
        asyncio.run(run(url))
