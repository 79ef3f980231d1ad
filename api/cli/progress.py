"""Progress of long work, on standard error, so that standard output is the command's answer alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A function that shows the present step: in place on a terminal, a line each elsewhere."""
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield lambda step: console.print(f"{step} …", markup=False, soft_wrap=True)
        return
    with console.status("") as status:
        yield lambda step: status.update(f"{escape(step)} …")
