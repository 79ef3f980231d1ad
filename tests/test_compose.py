"""docker-compose.yml and the Dockerfile name what exists; no Docker engine is needed to know that."""

from __future__ import annotations

import re
import shlex
import tomllib
from typing import Any

import pytest
import typer
import yaml

from api.cli import app
from api.settings import PROJECT, Settings, setting_rows
from db.embedded import LOCALE
from db.migrations import OLDEST_SERVER
from tests.api.client import client

DOCKERFILE = PROJECT / "Dockerfile"


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    compose = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
    assert set(compose) == {"name", "services", "volumes"}
    found: dict[str, Any] = compose["services"]
    return found


def commands() -> set[str]:
    return set(typer.main.get_group(app).commands)


def test_the_database_is_new_enough_and_keeps_its_data(services: dict[str, Any]) -> None:
    database = services["database"]
    assert int(database["image"].removeprefix("postgres:")) >= OLDEST_SERVER
    assert database["volumes"] == ["database:/var/lib/postgresql"]
    assert database["healthcheck"]["test"][:2] == ["CMD", "pg_isready"]


def test_it_sorts_text_as_the_private_one_does(services: dict[str, Any]) -> None:
    arguments = set(shlex.split(services["database"]["environment"]["POSTGRES_INITDB_ARGS"]))
    assert arguments == set(LOCALE)


def test_the_api_waits_for_a_healthy_database(services: dict[str, Any]) -> None:
    assert services["api"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert "@database/" in services["api"]["environment"]["DATABASE_URL"]


def test_the_environment_is_made_of_settings(services: dict[str, Any]) -> None:
    environment = services["api"]["environment"]
    assert set(environment) <= {row.variable for row in setting_rows()}
    settings = Settings.model_validate(environment)
    assert settings.port == 8000
    assert services["api"]["ports"] == ["127.0.0.1:8000:8000"]


def test_the_commands_exist(services: dict[str, Any]) -> None:
    program, subcommand = services["api"]["command"]
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    assert program in project["scripts"]
    assert subcommand in commands()
    assert f'CMD ["{program}", "{subcommand}"]' in DOCKERFILE.read_text()
    written = re.findall(r"exec api wavelength (\w+)", (PROJECT / "docker-compose.yml").read_text())
    assert written == ["workspace", "token"]
    assert set(written) <= commands()


async def test_the_health_check_asks_a_path_that_exists(services: dict[str, Any], database_url: str) -> None:
    probe = services["api"]["healthcheck"]["test"][-1]
    found = re.search(r"http://127\.0\.0\.1:8000(/[\w/]+)", probe)
    assert found is not None
    async with client(database_url) as running:
        assert (await running.http.get(found.group(1))).status_code == 200


def test_the_dockerfile_copies_what_exists(services: dict[str, Any]) -> None:
    assert services["api"]["build"] == "."
    sources = {
        source
        for line in re.findall(r"^COPY (.+)$", DOCKERFILE.read_text(), re.MULTILINE)
        for source in line.split()[:-1]
    }
    assert {"api", "schema", "resolvers", "db", "uv.lock", "pyproject.toml"} <= sources
    assert [source for source in sources if not (PROJECT / source).exists()] == []
    let_in = {
        line.removeprefix("!") for line in (PROJECT / ".dockerignore").read_text().splitlines() if line.startswith("!")
    }
    assert sources == let_in


def test_the_dockerfile_installs_the_locked_uv() -> None:
    lock = tomllib.loads((PROJECT / "uv.lock").read_text())
    locked = next(package["version"] for package in lock["package"] if package["name"] == "uv")
    assert f"uv=={locked}\n" in DOCKERFILE.read_text()
