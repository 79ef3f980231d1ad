"""``wavelength token``"""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from api.cli.database import database, engines
from api.cli.options import DEFAULT_WORKSPACE, DatabaseUrl, WorkspaceSlug, load_settings
from api.cli.progress import progress
from db.models import Role
from resolvers.commands.token import create_token
from resolvers.commands.workspace import find_workspace

app = typer.Typer(name="token", help="API tokens.", no_args_is_help=True)


@app.callback()
def token() -> None:
    """Keeps ``create`` a subcommand: typer runs the only command of a group without its name."""


@app.command()
def create(
    role: Annotated[Role, typer.Option(case_sensitive=False, help="What its bearer may do.")],
    workspace: WorkspaceSlug = DEFAULT_WORKSPACE,
    name: Annotated[str, typer.Option(help="What it is for.")] = "command line",
    member: Annotated[
        str | None, typer.Option(help="E-mail address of the member it acts as. A partner sees nothing without.")
    ] = None,
    expires_in_days: Annotated[int | None, typer.Option(min=1, help="It does not expire unless told.")] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Make a token and print it: it cannot be read again later."""

    async def run(url: str) -> str:
        async with engines(url) as engine:
            workspace_id = await find_workspace(engine.owner, workspace)
            return await create_token(
                engine.server, workspace_id, role, name=name, expires_in_days=expires_in_days, member_email=member
            )

    with progress() as tell, database(load_settings(database_url=database_url), tell) as url:
        secret = asyncio.run(run(url))
    typer.echo(secret)
