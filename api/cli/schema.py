"""``wavelength schema``"""

from __future__ import annotations

import typer


def schema() -> None:
    """Print the GraphQL schema in its definition language."""
    # Building the schema takes a moment: only the commands that need it wait for it.
    from schema.build import schema as wavelength

    typer.echo(wavelength.as_str())
