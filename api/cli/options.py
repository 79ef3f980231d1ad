"""What several commands are told alike."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.failures import CommandError
from api.settings import Settings
from resolvers.commands.workspace import DEFAULT_SLUG

DatabaseUrl = Annotated[
    str | None,
    typer.Option("--database-url", metavar="URL", help="The database to use instead of that of the settings."),
]
WorkspaceSlug = Annotated[str, typer.Option("--workspace", metavar="SLUG", help="The workspace's slug.")]

DEFAULT_WORKSPACE = DEFAULT_SLUG


def load_settings(**overrides: Any) -> Settings:
    """The settings of the environment, under those that the command line names (None names nothing)."""
    return Settings(**{name: value for name, value in overrides.items() if value is not None})


def text_or_file(value: str) -> str:
    """The value itself, or where it begins with @ what the file named after it holds."""
    if not value.startswith("@"):
        return value
    try:
        return Path(value[1:]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{value[1:]} cannot be read: {error}") from error
