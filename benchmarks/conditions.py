"""Under what conditions the ratios were found: machine, versions, data, load."""

from __future__ import annotations

import asyncio
import json
import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

import asyncpg

from benchmarks.cores import Layout
from benchmarks.dataset import Sizes
from benchmarks.load import CONNECTIONS
from benchmarks.servers import postgraphile
from benchmarks.site import Site

_PACKAGES = ("strawberry-graphql", "graphql-core", "sqlalchemy", "asyncpg", "uvicorn", "uvloop", "httptools")


def conditions(site: Site, sizes: Sizes, cores: Layout, *, rounds: int, seconds: int) -> dict[str, Any]:
    """What a reader needs to judge the ratios, by name."""
    node = json.loads((postgraphile.FOLDER / "package.json").read_text())["dependencies"]
    return {
        "machine": {"system": platform.system(), "processor": _processor(), "cores": os.cpu_count()},
        "pinned": str(cores),
        "versions": {
            "PostgreSQL": asyncio.run(_postgresql(site.url)),
            "Python": platform.python_version(),
            **{package: version(package) for package in _PACKAGES},
            **node,
        },
        "rows": vars(sizes),
        "load": f"wrk, {CONNECTIONS} connections, {rounds} rounds of {seconds} s a server and operation, interleaved",
    }


async def _postgresql(url: str) -> str:
    connection = await asyncpg.connect(url)
    try:
        return str(await connection.fetchval("SHOW server_version"))
    finally:
        await connection.close()


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())
