"""The commands, against the tests' database; what they print and how they fail."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import httpx
import orjson
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner

from api.cli import app
from api.cli.demo import KEPT_IN
from api.cli.failures import explain
from api.cli.serve import banner
from api.settings import PROJECT, setting_rows
from db.engine import workspace_transaction
from db.models import ApiToken, BuyingStage, FunnelStage, Role, Workspace
from db.postmaster import Postmaster
from resolvers.commands.token import is_valid, parse_token
from resolvers.commands.workspace import find_workspace
from tests.conftest import MadeWorkspace
from tests.factories.member import member

WAVELENGTH = [sys.executable, "-c", "from api.cli import main; main()"]


def environment(**variables: str) -> dict[str, str]:
    ours = {row.variable for row in setting_rows()}
    return {name: value for name, value in os.environ.items() if name not in ours} | variables


@dataclass(frozen=True)
class Said:
    """What a command answered: its status, standard output, and standard error but for the lines of progress."""

    status: int
    output: str
    complaints: list[str]


def wavelength(*arguments: str, **variables: str) -> Said:
    """Run a command in this process; a failure is put as ``main`` puts it."""
    unset: dict[str, str | None] = {row.variable: None for row in setting_rows()}
    ran = CliRunner().invoke(app, arguments, env=unset | variables, prog_name="wavelength")
    complaints = [line for line in ran.stderr.splitlines() if not line.endswith("…")]
    if ran.exception is not None and not isinstance(ran.exception, SystemExit):
        complaints.append(f"wavelength: {explain(ran.exception)}")
    return Said(ran.exit_code, ran.stdout, complaints)


def wavelength_process(*arguments: str, **variables: str) -> Said:
    """Run a command as a shell does, from another folder."""
    ran = subprocess.run(
        [*WAVELENGTH, *arguments],
        env=environment(PYTHONPATH=str(PROJECT), **variables),
        cwd="/",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Said(ran.returncode, ran.stdout, ran.stderr.splitlines())


@pytest.fixture
def slug() -> str:
    return f"cli-{uuid4().hex}"


async def test_workspace_create_makes_the_default_stages(
    slug: str, database_url: str, owner_engine: AsyncEngine
) -> None:
    options = ("--time-zone", "Europe/Berlin", "--currency", "EUR", "--name", "Acme", "--margin-rate", "0.62")
    made = await asyncio.to_thread(wavelength, "workspace", "create", slug, *options, DATABASE_URL=database_url)
    assert made == Said(0, "", [])
    workspace_id = await find_workspace(owner_engine, slug)
    async with workspace_transaction(owner_engine, workspace_id) as connection:
        said = (Workspace.name, Workspace.time_zone, Workspace.currency_code, Workspace.margin_rate)
        workspace = await connection.execute(select(*said).where(Workspace.id == workspace_id))
        assert tuple(workspace.one()) == ("Acme", "Europe/Berlin", "EUR", Decimal("0.62"))
        stages = await connection.execute(
            select(
                FunnelStage.position,
                FunnelStage.key,
                FunnelStage.kind,
                FunnelStage.department,
                FunnelStage.win_probability,
                BuyingStage.key,
            )
            .outerjoin(
                BuyingStage,
                (BuyingStage.workspace_id == FunnelStage.workspace_id)
                & (BuyingStage.id == FunnelStage.buying_stage_id),
            )
            .where(FunnelStage.workspace_id == workspace_id)
            .order_by(FunnelStage.position)
        )
        assert [tuple(row) for row in stages] == [
            (1, "inquiry", "LEAD", "MARKETING", None, "awareness"),
            (2, "mql", "LEAD", "MARKETING", None, "awareness"),
            (3, "sal", "LEAD", "SALES", None, "consideration"),
            (4, "sql", "LEAD", "SALES", None, "consideration"),
            (5, "discovery", "OPPORTUNITY", "SALES", Decimal("0.25"), "consideration"),
            (6, "proposal", "OPPORTUNITY", "SALES", Decimal("0.5"), "decision"),
            (7, "negotiation", "OPPORTUNITY", "SALES", Decimal("0.75"), "decision"),
            (8, "won", "WON", "SALES", Decimal(1), "purchase"),
            (9, "lost", "LOST", "SALES", Decimal(0), None),
            (10, "disqualified", "DISQUALIFIED", None, None, None),
            (11, "recycled", "RECYCLED", "MARKETING", None, None),
        ]


def test_workspace_create_twice(slug: str, database_url: str) -> None:
    create = ("workspace", "create", slug, "--database-url", database_url)
    assert wavelength(*create) == Said(0, "", [])
    assert wavelength(*create) == Said(1, "", [f"wavelength: there is a workspace '{slug}' already"])
    assert wavelength(*create, "--exist-ok") == Said(0, "", [])


async def test_token_create_prints_the_token_alone(
    workspace: MadeWorkspace, database_url: str, engine: AsyncEngine
) -> None:
    create = ("token", "create", "--workspace", workspace.slug, "--role", "viewer", "--expires-in-days", "1")
    made = await asyncio.to_thread(wavelength, *create, DATABASE_URL=database_url)
    assert (made.status, made.complaints) == (0, [])
    assert re.fullmatch(r"wl_[0-9a-f]{32}_[A-Za-z0-9_-]{43}\n", made.output)
    token = parse_token(made.output.strip())
    assert token is not None
    assert token.workspace_id == workspace.id
    assert await is_valid(engine, made.output.strip())
    async with workspace_transaction(engine, workspace.id) as connection:
        rows = await connection.execute(
            select(ApiToken.role, ApiToken.secret_hash, ApiToken.expires_at).where(
                ApiToken.workspace_id == workspace.id
            )
        )
        role, secret_hash, expires_at = rows.one()
    assert (role, secret_hash) == (Role.VIEWER, token.secret_hash)
    assert expires_at is not None
    assert timedelta(hours=23) < expires_at - datetime.now(UTC) < timedelta(hours=24)


async def test_a_token_acts_as_the_member_with_an_address(
    workspace: MadeWorkspace, database_url: str, engine: AsyncEngine
) -> None:
    async with workspace_transaction(engine, workspace.id) as connection:
        ines = await member(connection, workspace.id, email="Ines@partner.example")
        for _ in range(2):
            await member(connection, workspace.id, email="both@partner.example")
    create = ("token", "create", "--workspace", workspace.slug, "--role", "partner", "--member")

    async def say(email: str) -> Said:
        return await asyncio.to_thread(wavelength, *create, email, DATABASE_URL=database_url)

    assert (await say("ines@partner.example")).status == 0
    for email, found in (("nobody@partner.example", "no"), ("both@partner.example", "more than one")):
        complaint = f"wavelength: {found} member has the e-mail address {email}"
        assert await say(email) == Said(1, "", [complaint])
    async with workspace_transaction(engine, workspace.id) as connection:
        rows = await connection.execute(select(ApiToken.role, ApiToken.member_id))
        assert [tuple(row) for row in rows] == [(Role.PARTNER, ines)]


@pytest.mark.parametrize(
    ("arguments", "variables", "complaint"),
    [
        (("token", "create", "--workspace", "nobody", "--role", "ADMIN"), {},
         "there is no workspace 'nobody': make it with `wavelength workspace create nobody`"),
        (("workspace", "create", "Not-A-Slug"), {}, "'Not-A-Slug' is not a slug: "),
        (("workspace", "create", "a", "--time-zone", "Mars/Olympus"), {}, "'Mars/Olympus' is not a time zone"),
        (("workspace", "create", "a", "--currency", "euro"), {}, "'euro' is not a currency code"),
        (("workspace", "create", "a", "--margin-rate", "62"), {}, "62.0 is not a share: "),
        (("workspace", "create", "a", "--margin-rate", "nan"), {}, "NaN is not a share: "),
        (("migrate",), {"DATABASE_URL": "mysql://localhost"}, "a database URL begins with postgresql://"),
        (("migrate",), {"DATABASE_URL": "postgresql://127.0.0.1:1/none"}, "no connection: "),
        (("migrate",), {"PORT": "many"}, "PORT: Input should be a valid integer"),
        (("migrate",), {"WAVELENGTH_MAX_DEPTH": "0"}, "WAVELENGTH_MAX_DEPTH: Input should be greater than 0"),
        (("query", "@/nowhere.graphql"), {}, "/nowhere.graphql cannot be read"),
        (("query", "{ a }", "--variables", "[1]"), {}, "the variables are not a JSON object"),
        (("query", "{ a }", "--variables", "{"), {}, "the variables are not JSON"),
        (("query", "{ a }", "--url", "http://127.0.0.1:1/"), {}, "no answer from the server"),
        (("query", "{ a }", "--url", "nowhere"), {}, "no answer from the server"),
    ],
)  # fmt: skip
def test_a_failure_is_one_line(
    database_url: str, arguments: tuple[str, ...], variables: dict[str, str], complaint: str
) -> None:
    said = wavelength(*arguments, **({"DATABASE_URL": database_url} | variables))
    assert (said.status, said.output, len(said.complaints)) == (1, "", 1)
    assert said.complaints[0].startswith(f"wavelength: {complaint}")


@pytest.mark.parametrize("arguments", [("token", "create"), ("token", "create", "--role", "KING"), ("nothing",)])
def test_wrong_usage_is_told_apart(arguments: tuple[str, ...]) -> None:
    said = wavelength(*arguments)
    assert (said.status, said.output) == (2, "")
    assert said.complaints[0].startswith("Usage: wavelength")


def test_a_process_fails_without_a_traceback() -> None:
    said = wavelength_process("migrate", DATABASE_URL="mysql://localhost")
    assert said == Said(1, "", ["wavelength: a database URL begins with postgresql://"])


def test_a_command_starts_and_stops_the_private_postgresql(tmp_path: Path) -> None:
    refused = wavelength("seed", WAVELENGTH_DATA_DIR=str(tmp_path))
    assert refused == Said(1, "", ["wavelength: the database has no tables yet: run `wavelength migrate`"])
    assert wavelength("migrate", WAVELENGTH_DATA_DIR=str(tmp_path)) == Said(0, "", [])
    assert (tmp_path / "postgres" / "PG_VERSION").read_text() == "18\n"
    assert Postmaster.read(tmp_path / "postgres") is None


def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        refused = wavelength("serve", PORT=str(port), WAVELENGTH_DATA_DIR=str(tmp_path))
    complaint = f"wavelength: port {port} of 127.0.0.1 is in use: name another, such as PORT={port + 1}"
    assert refused == Said(1, "", [complaint])
    assert list(tmp_path.iterdir()) == []


def test_seed_fills_an_empty_workspace_once(slug: str, database_url: str) -> None:
    seed = ("seed", "--workspace", slug, "--until", "2026-01-01")
    wavelength("workspace", "create", slug, DATABASE_URL=database_url)
    assert wavelength(*seed, DATABASE_URL=database_url) == Said(0, "", [])
    again = wavelength(*seed, DATABASE_URL=database_url)
    assert (again.status, again.output, len(again.complaints)) == (1, "", 1)


def test_schema_prints_the_committed_schema() -> None:
    assert wavelength("schema") == Said(0, (PROJECT / "schema" / "schema.graphql").read_text(), [])


def test_catalogue_prints_the_committed_page() -> None:
    assert wavelength("catalogue") == Said(0, (PROJECT / "docs" / "catalogue.md").read_text(), [])


def test_query_asks_the_database_as_admin(slug: str, database_url: str, tmp_path: Path) -> None:
    wavelength("workspace", "create", slug, DATABASE_URL=database_url)
    document = tmp_path / "leads.graphql"
    document.write_text("query($first: Int!) { leads(first: $first) { totalCount } }")
    query = ("query", "--workspace", slug)
    asked = wavelength(*query, f"@{document}", "--variables", '{"first": 1}', DATABASE_URL=database_url)
    assert asked == Said(0, '{"data":{"leads":{"totalCount":0}},"extensions":{"cost":0}}\n', [])
    refused = wavelength(*query, "{ nothing }", DATABASE_URL=database_url)
    assert (refused.status, refused.complaints) == (1, [])
    assert orjson.loads(refused.output)["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


def test_the_banner() -> None:
    told = banner("127.0.0.1", 8000, "wl_token")
    assert "http://127.0.0.1:8000/graphql" in told
    assert "Authorization: Bearer wl_token" in told
    assert "http://[::1]:1/graphql" in banner("::1", 1, None)
    assert "token create" in banner("127.0.0.1", 8000, None)


class Serving:
    """``wavelength serve`` in a process of its own, on a free port, over its own data folder."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.process = subprocess.Popen(
            [*WAVELENGTH, "serve"],
            env=environment(PYTHONPATH=str(PROJECT), PORT="0", WAVELENGTH_DATA_DIR=str(data_dir)),
            cwd="/",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.banner = ""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.banner += line
            if "Ctrl-C" in line:
                break

    def paste(self) -> dict[str, object]:
        """Run the printed command as a shell does."""
        command = self.banner.partition("another terminal:\n")[2].partition("Ctrl-C")[0]
        done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)  # noqa: S602 - as pasted
        answer: dict[str, object] = orjson.loads(done.stdout)
        return answer

    @property
    def token(self) -> str:
        found = re.search(r"wl_\S{76}", self.banner)
        assert found is not None, self.banner
        return found.group()

    @property
    def address(self) -> str:
        found = re.search(r"http://\S+/graphql", self.banner)
        assert found is not None, self.banner
        return found.group()

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        self.process.communicate(timeout=30)
        return self.process.returncode


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("serve")
    yield folder
    left = Postmaster.read(folder / "postgres")
    if left is not None and left.alive():
        left.halt(30)


def test_serve_from_nothing_twice_and_after_kill_9(data_dir: Path) -> None:
    first = Serving(data_dir)
    answer = first.paste()
    assert "errors" not in answer, answer
    assert (data_dir / KEPT_IN).stat().st_mode & 0o777 == 0o600
    postgres = Postmaster.read(data_dir / "postgres")
    assert postgres is not None
    assert first.end(signal.SIGINT) == 0
    assert not postgres.alive()

    second = Serving(data_dir)
    assert second.token == first.token
    assert second.paste() == answer
    assert second.end(signal.SIGKILL) == -signal.SIGKILL
    postgres = Postmaster.read(data_dir / "postgres")
    assert postgres is not None
    os.kill(postgres.pid, signal.SIGKILL)

    third = Serving(data_dir)
    assert third.token == first.token
    assert third.paste() == answer
    headers = {"Authorization": f"Bearer {third.token}"}
    asked = wavelength("query", "--url", third.address, "--token", third.token, "{ leads(first: 1) { totalCount } }")
    response = httpx.post(third.address, headers=headers, json={"query": "{ leads(first: 1) { totalCount } }"})
    assert asked == Said(0, f"{response.text}\n", [])
    assert third.end(signal.SIGTERM) == 0
    assert Postmaster.read(data_dir / "postgres") is None
