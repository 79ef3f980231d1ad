"""The limit: the same SQL by hand behind a bare ASGI application; no GraphQL, no token, no row-level security."""

from __future__ import annotations

from benchmarks.requests import Request
from benchmarks.servers.process import Program
from benchmarks.servers.uvicorn import uvicorn
from benchmarks.site import Site

NAME = "sql"


def program(site: Site) -> Program:
    environment = {"BENCHMARK_DSN": site.url, "BENCHMARK_WORKSPACE": str(site.workspace)}
    return uvicorn(NAME, "benchmarks.servers.apps.sql:app", environment)


def requests(operation: str, site: Site) -> list[Request]:
    match operation:
        case "Q1":
            return [Request("GET", f"/lead/{lead}") for lead in site.leads]
        case "Q2":
            return [Request("GET", "/leads")]
        case "Q3":
            return [Request("GET", f"/recommendation/{opportunity}") for opportunity in site.opportunities]
    raise ValueError(operation)
