"""The same without asyncpg's pool, whose reset after every statement costs more than a short one: the least there is."""

from __future__ import annotations

from benchmarks.servers import sql
from benchmarks.servers.process import Program
from benchmarks.servers.uvicorn import uvicorn
from benchmarks.site import Site

NAME = "limit"

requests = sql.requests


def program(site: Site) -> Program:
    return uvicorn(NAME, "benchmarks.servers.apps.limit:app", sql.environment(site))
