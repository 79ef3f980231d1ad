"""Wavelength itself, as ``wavelength serve`` runs it: token authentication, limits, permissions and row-level security on."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.requests import Request, graphql
from benchmarks.servers.process import Program
from benchmarks.site import REPOSITORY, Site

NAME = "wavelength"

_DOCUMENTS = {
    "Q1": "query ($id: ID!) { lead(id: $id) { id name company email title score receivedAt stageEnteredAt } }",
    "Q2": """query { leads(first: 50, orderBy: [{ field: RECEIVED_AT, direction: DESC }]) { nodes {
        id name company score receivedAt account { id name } owner { id name } persona { id name } stage { key name } } } }""",
    "Q3": """query ($id: ID!) { opportunity(id: $id) { id name recommendedContent(first: 20) {
        asset { id title kind url } fitWeight reasons { code text } } } }""",
}


def program(site: Site) -> Program:
    environment = {"DATABASE_URL": site.url, "WAVELENGTH_DEMO": "false"}
    command = Path(sys.executable).with_name("wavelength")
    return Program(NAME, (str(command), "serve", "--port={port}"), environment, REPOSITORY)


def requests(operation: str, site: Site) -> list[Request]:
    document, headers = _DOCUMENTS[operation], {"Authorization": f"Bearer {site.token}"}
    samples = {"Q1": ("lead", site.leads), "Q3": ("opp", site.opportunities)}
    if operation not in samples:
        return [graphql(document, {}, headers)]
    prefix, ids = samples[operation]
    return [graphql(document, {"id": f"{prefix}_{id_}"}, headers) for id_ in ids]
