"""PostGraphile 5 at its best, on the Node that npm brings."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from benchmarks.errors import BenchmarkError
from benchmarks.requests import Request, graphql
from benchmarks.servers.process import Program
from benchmarks.site import Site

NAME = "postgraphile"

FOLDER = Path(__file__).parent
FUNCTION = (FOLDER / "recommendation.sql").read_text()
"""The SQL that Q3 needs in the database: a computed column in a schema of its own."""

_DOCUMENTS = {
    "Q1": """query ($workspace: UUID!, $id: UUID!) { lead(workspaceId: $workspace, rowId: $id) {
        id: rowId name company email title score receivedAt stageEnteredAt } }""",
    # The workspace's condition lets the query use the index, as Wavelength's tenant filter does.
    "Q2": """query ($workspace: UUID!) { leads(
        first: 50, condition: { workspaceId: $workspace }, orderBy: [RECEIVED_AT_DESC, WORKSPACE_ID_DESC, ROW_ID_DESC]
    ) { nodes { id: rowId name company score receivedAt
        account: workspaceAccount { id: rowId name } owner: workspaceOwner { id: rowId name }
        persona: workspacePersona { id: rowId name } stage: workspaceStage { key name } } } }""",
    "Q3": """query ($workspace: UUID!, $id: UUID!) { opportunity(workspaceId: $workspace, rowId: $id) { id: rowId name
        recommendedContent: recommendedContentList(best: 20) {
        asset { id: rowId title kind url } fitWeight reasons { code text } } } }""",
}


def program(site: Site) -> Program:
    """Install the packages that the lock names, unless they are; raises :class:`BenchmarkError` where npm is missing."""
    folder = _installed(site.cache / NAME)
    environment = {
        "PORT": "{port}",
        "PGHOST": site.socket_folder,
        "PGPORT": str(site.port),
        "PGUSER": site.owner,
        "PGDATABASE": site.database,
        "NODE_ENV": "production",
        "GRAPHILE_ENV": "production",
    }
    return Program(NAME, (str(folder / "node_modules/.bin/node"), "server.mjs"), environment, folder)


def requests(operation: str, site: Site) -> list[Request]:
    workspace = {"workspace": str(site.workspace)}
    document = _DOCUMENTS[operation]
    samples = {"Q1": site.leads, "Q3": site.opportunities}
    if operation not in samples:
        return [graphql(document, workspace)]
    return [graphql(document, {**workspace, "id": str(id_)}) for id_ in samples[operation]]


def _installed(folder: Path) -> Path:
    """``folder`` with the server and its packages in it."""
    lock = (FOLDER / "package-lock.json").read_bytes()
    done = folder / "installed"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(FOLDER / "server.mjs", folder)
    if done.exists() and done.read_bytes() == lock:
        return folder
    npm = shutil.which("npm")
    if npm is None:
        raise BenchmarkError("npm is missing: on Debian, apt-get install npm")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(FOLDER / name, folder)
    print("Installing PostGraphile by npm")
    result = subprocess.run(
        [npm, "ci", "--no-audit", "--no-fund"], cwd=folder, capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise BenchmarkError(f"npm ci failed: {result.stderr.strip()[-500:]}")
    done.write_bytes(lock)
    return folder
