"""Which processor cores serve whom, so that no server takes time from the database behind it."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

Cores = frozenset[int]


@dataclass(frozen=True)
class Layout:
    """One core for the server that is measured, one for PostgreSQL, the rest for the load.

    With two cores the load runs on whichever has time: fixed to one, it would slow whoever is limited by that one.
    """

    server: Cores
    database: Cores
    load: Cores

    def __str__(self) -> str:
        if not self.server:
            return "nothing is pinned"
        names = {"server": self.server, "PostgreSQL": self.database, "wrk": self.load}
        return ", ".join(f"{name} on {' and '.join(map(str, sorted(cores)))}" for name, cores in names.items())


def layout() -> Layout:
    """The layout for this machine; empty sets, which pin nothing, where it cannot pin or has one core."""
    cores = sorted(os.sched_getaffinity(0)) if sys.platform == "linux" else []
    if len(cores) < 2:
        return Layout(frozenset(), frozenset(), frozenset())
    server, database, *rest = cores
    return Layout(frozenset({server}), frozenset({database}), frozenset(rest or cores))


def pin(process: int, cores: Cores) -> None:
    """Keep the process, and what it starts from now on, on ``cores``; process 0 is the caller."""
    if cores and sys.platform == "linux":
        os.sched_setaffinity(process, cores)
