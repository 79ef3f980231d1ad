"""How the other servers written in Python are run: one process, uvicorn with the settings of ``wavelength serve``."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from benchmarks.servers.process import Program
from benchmarks.site import REPOSITORY

_FAST = (
    "--loop=uvloop", "--http=httptools", "--no-access-log", "--log-level=warning",
    "--no-proxy-headers", "--no-server-header", "--no-date-header",
)  # fmt: skip


def uvicorn(name: str, app: str, environment: Mapping[str, str]) -> Program:
    """The program that serves the ASGI application ``app`` ("module:name")."""
    arguments = (sys.executable, "-m", "uvicorn", app, "--host=127.0.0.1", "--port={port}", *_FAST)
    return Program(name, arguments, environment, REPOSITORY)
