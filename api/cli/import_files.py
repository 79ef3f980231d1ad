"""``wavelength import``"""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from api.cli.database import database, engines
from api.cli.options import DEFAULT_WORKSPACE, DatabaseUrl, WorkspaceSlug, load_settings
from api.cli.progress import progress
from db.imports import Report, run
from resolvers.commands.workspace import find_workspace


def import_files(
    map_path: Annotated[Path, typer.Argument(metavar="MAP", help="The TOML file that says what the columns mean.")],
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="The CSV files.")],
    workspace: WorkspaceSlug = DEFAULT_WORKSPACE,
    strict: Annotated[bool, typer.Option("--strict", help="Import nothing where one row is rejected.")] = False,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where rejected rows are told; standard error unless told.")
    ] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Import CSV files; importing them again changes nothing."""
    with ExitStack() as stack:
        sink = None if report is None else stack.enter_context(report.open("w", encoding="utf-8"))
        tell = stack.enter_context(progress())
        url = stack.enter_context(database(load_settings(database_url=database_url), tell))

        async def work() -> Report:
            async with engines(url) as engine:
                workspace_id = await find_workspace(engine.owner, workspace)
                return await run(
                    engine.server,
                    workspace_id,
                    map_path,
                    files,
                    strict=strict,
                    progress=tell,
                    rejections_to=sink,
                )

        outcome = asyncio.run(work())
    if report is None:
        for rejection in outcome.rejections:
            typer.echo(str(rejection), err=True)
    typer.echo(outcome.summary())
    if not outcome.imported:
        raise typer.Exit(1)
