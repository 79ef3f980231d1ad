"""The same SQL by hand behind a bare ASGI application; no GraphQL, no token, no row-level security.

It is sent the same kind of request as the others, a POST with JSON and a token, so that what differs is the work.
"""

from __future__ import annotations

from benchmarks.requests import Request, post
from benchmarks.servers.process import Program
from benchmarks.servers.uvicorn import uvicorn
from benchmarks.site import Site

NAME = "sql"


def program(site: Site) -> Program:
    return uvicorn(NAME, "benchmarks.servers.apps.sql:app", environment(site))


def environment(site: Site) -> dict[str, str]:
    """What an application with SQL by hand is told."""
    return {"BENCHMARK_DSN": site.url, "BENCHMARK_WORKSPACE": str(site.workspace)}


def requests(operation: str, site: Site) -> list[Request]:
    headers = {"Authorization": f"Bearer {site.token}"}
    match operation:
        case "Q1":
            return [post("/lead", {"id": str(lead)}, headers) for lead in site.leads]
        case "Q2":
            return [post("/leads", {}, headers)]
        case "Q3":
            return [post("/recommendation", {"id": str(opportunity)}, headers) for opportunity in site.opportunities]
    raise ValueError(operation)
