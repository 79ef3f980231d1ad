"""The usual way: Strawberry resolvers, SQLAlchemy's ORM and DataLoaders, parsing and validation cached."""

from __future__ import annotations

from benchmarks.requests import Request, graphql
from benchmarks.servers.process import Program
from benchmarks.servers.uvicorn import uvicorn
from benchmarks.site import Site

NAME = "idiomatic"

_DOCUMENTS = {
    "Q1": "query ($id: ID!) { lead(id: $id) { id name company email title score receivedAt stageEnteredAt } }",
    "Q2": """query { leads(first: 50) { nodes {
        id name company score receivedAt account { id name } owner { id name } persona { id name } stage { key name } } } }""",
    "Q3": """query ($id: ID!) { opportunity(id: $id) { id name recommendedContent(first: 20) {
        asset { id title kind url } fitWeight reasons { code text } } } }""",
}


def program(site: Site) -> Program:
    environment = {"BENCHMARK_DSN": site.url, "BENCHMARK_WORKSPACE": str(site.workspace)}
    return uvicorn(NAME, "benchmarks.servers.apps.idiomatic:app", environment)


def requests(operation: str, site: Site) -> list[Request]:
    document = _DOCUMENTS[operation]
    samples = {"Q1": site.leads, "Q3": site.opportunities}
    if operation not in samples:
        return [graphql(document, {})]
    return [graphql(document, {"id": str(id_)}) for id_ in samples[operation]]
