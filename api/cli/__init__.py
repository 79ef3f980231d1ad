"""The ``wavelength`` command: one module a subcommand."""

from __future__ import annotations

import signal
import sys
from types import TracebackType

import typer

from api.cli import (
    catalogue,
    export_files,
    import_files,
    migrate,
    query,
    restore,
    rollups,
    schema,
    search,
    seed,
    serve,
    token,
    workspace,
)
from api.cli.failures import explain

app = typer.Typer(
    name="wavelength",
    help="One GraphQL server for marketing and sales.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("serve")(serve.serve)
app.command("migrate")(migrate.migrate)
app.command("seed")(seed.seed)
app.command("import")(import_files.import_files)
app.command("export")(export_files.export)
app.command("restore")(restore.restore)
app.command("query")(query.query)
app.command("schema")(schema.schema)
app.command("catalogue")(catalogue.catalogue)
app.add_typer(workspace.app)
app.add_typer(token.app)
app.add_typer(search.app)
app.add_typer(rollups.app)


def main() -> None:
    """Run the command line: a failure is one line on standard error and exit status 1.

    Python's development mode (``PYTHONDEVMODE=1``) shows the traceback instead.
    """
    _end_in_order()
    if not sys.flags.dev_mode:
        sys.excepthook = _tell_failure
    # Not ``app()``: that puts its own hook in the place of ours.
    typer.main.get_command(app)(prog_name="wavelength")


def _tell_failure(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    print(f"wavelength: {explain(error)}", file=sys.stderr)


def _end_in_order() -> None:
    """Let a signal to end do what Ctrl-C does, so that a private PostgreSQL is stopped on the way out."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
