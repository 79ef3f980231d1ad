"""``wavelength catalogue``"""

from __future__ import annotations

import typer


def catalogue() -> None:
    """Print the catalogue of metrics as a page in Markdown."""
    # As for the schema: only the commands that need the metrics wait for them to be imported.
    from resolvers.metrics.page import page

    typer.echo(page())
