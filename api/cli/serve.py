"""``wavelength serve``"""

from __future__ import annotations

import asyncio
import errno
import gc
import json
import shlex
import socket
from contextlib import ExitStack
from typing import Annotated

import typer
import uvicorn
from starlette.types import ASGIApp

from api.cli.database import database
from api.cli.demo import prepare
from api.cli.failures import CommandError
from api.cli.options import DatabaseUrl, load_settings
from api.cli.progress import progress
from api.settings import Settings

FIRST_QUERY = "{ viewer { workspace { name } } leads(first: 3) { totalCount nodes { id name stage { name } } } }"

_LAST_REQUESTS_SECONDS = 8
"""How long requests that run at a stop may take to end."""


def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on instead of that of the settings.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="The port, likewise; 0 takes a free one.")] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Serve the API: starts a private PostgreSQL if none is named, migrates, and fills the demo workspace if empty."""
    settings = load_settings(host=host, port=port, database_url=database_url)
    with listen(settings.host, settings.port) as listener, ExitStack() as stack:
        with progress() as tell:
            url = stack.enter_context(database(settings, tell))
            token = asyncio.run(prepare(settings, url, tell))
            tell("Building the schema")
            # Only the commands that need the schema wait for it.
            from api.app import create_app

            app = create_app(settings, url)
        # What lives as long as the server need not be looked through by every collection, which stops it meanwhile.
        gc.collect()
        gc.freeze()
        typer.echo(banner(settings.host, listener.getsockname()[1], token))
        run(app, settings, listener)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens already: whoever connects before the server is ready waits for it."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen()
        except OSError:
            listener.close()
            raise
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CommandError(f"port {port} of {host} is in use: name another, such as PORT={port + 1}") from None
        raise CommandError(f"cannot listen on port {port} of {host}: {error.strerror}") from None
    return listener


def run(app: ASGIApp, settings: Settings, listener: socket.socket) -> None:
    """Serve until a signal; requests that are being answered are finished."""
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            lifespan="on",
            log_level="info" if settings.access_log else "warning",
            access_log=settings.access_log,
            proxy_headers=settings.proxy_headers,
            server_header=settings.server_header,
            date_header=settings.date_header,
            timeout_graceful_shutdown=_LAST_REQUESTS_SECONDS,
        )
    )
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        # uvicorn passes on the signal that it ended by: an orderly end.
        return
    if not server.started:
        raise CommandError("the server did not start")


def banner(host: str, port: int, token: str | None) -> str:
    """Where the server is, and what to paste into another terminal first."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    address = f"http://{shown}:{port}/graphql"
    lines = ["", f"Wavelength answers at {address}; open it in a browser to explore.", ""]
    if token is None:
        lines += ["A token: wavelength token create --workspace SLUG --role VIEWER", ""]
    else:
        body = json.dumps({"query": FIRST_QUERY})
        lines += [
            f"Token of the demo workspace: {token}",
            "",
            "A first query to paste into another terminal:",
            "",
            f"  curl -s {address} \\",
            f"    -H {shlex.quote(f'Authorization: Bearer {token}')} -H 'Content-Type: application/json' \\",
            f"    -d {shlex.quote(body)}",
            "",
        ]
    return "\n".join([*lines, "Ctrl-C stops it.", ""])
