"""``wavelength query``"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import httpx
import orjson
import typer

from api.cli.database import database
from api.cli.failures import CommandError
from api.cli.options import DEFAULT_WORKSPACE, DatabaseUrl, WorkspaceSlug, load_settings, text_or_file
from api.cli.progress import progress
from api.settings import Settings


def query(
    document: Annotated[str, typer.Argument(help="A GraphQL document, or @ and the name of its file.")],
    variables: Annotated[
        str, typer.Option(metavar="JSON", help="A JSON object, or @ and the name of its file.")
    ] = "{}",
    workspace: WorkspaceSlug = DEFAULT_WORKSPACE,
    url: Annotated[str | None, typer.Option(help="Ask the server at this address instead of the database.")] = None,
    token: Annotated[str | None, typer.Option(help="The token for --url.", envvar="WAVELENGTH_TOKEN")] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Run a GraphQL operation as the workspace's admin and print the response; exit status 1 where it has errors."""
    text, values = text_or_file(document), _object(text_or_file(variables))
    if url is None:
        response = _ask_database(load_settings(database_url=database_url), workspace, text, values)
    else:
        response = _ask_server(url, token, text, values)
    typer.echo(response.decode())
    if orjson.loads(response).get("errors"):
        raise typer.Exit(1)


def _object(text: str) -> dict[str, Any]:
    try:
        values = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise CommandError(f"the variables are not JSON: {error}") from error
    if not isinstance(values, dict):
        raise CommandError("the variables are not a JSON object")
    return values


def _ask_database(settings: Settings, workspace: str, document: str, variables: dict[str, Any]) -> bytes:
    # Building the schema takes a moment: only the commands that need it wait for it.
    from api.execution import execute_as_admin

    with progress() as tell, database(settings, tell) as url:
        return asyncio.run(execute_as_admin(settings, url, workspace, document, variables))


def _ask_server(url: str, token: str | None, document: str, variables: dict[str, Any]) -> bytes:
    headers = {"Accept": "application/graphql-response+json, application/json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    try:
        response = httpx.post(url, json={"query": document, "variables": variables}, headers=headers, timeout=30)
    except httpx.InvalidURL as error:
        raise CommandError(f"{url} is not an address: {error}") from error
    try:
        answer = response.json()
    except ValueError as error:
        raise CommandError(f"{url} did not answer with JSON (status {response.status_code})") from error
    if not isinstance(answer, dict) or not answer.keys() & {"data", "errors"}:
        raise CommandError(f"{url} did not answer with a GraphQL response (status {response.status_code})")
    return response.content
