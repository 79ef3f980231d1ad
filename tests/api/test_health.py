from __future__ import annotations

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from db import migrations
from db.failures import PoolTimeout
from tests.api.client import Client, client, code_of


async def test_the_process_lives(api: Client) -> None:
    response = await api.http.get("/health/live")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_it_is_ready_when_the_database_answers(api: Client, owner_engine: AsyncEngine) -> None:
    async with owner_engine.connect() as connection:
        assert await connection.scalar(text("SELECT version_num FROM alembic_version")) == migrations.head()
    response = await api.http.get("/health/ready")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_it_is_not_ready_for_tables_of_another_version(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "head", lambda: "9999")
    response = await api.http.get("/health/ready")
    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "reason": "the database is not migrated to this version"}


@pytest.mark.parametrize("error", [asyncpg.UndefinedTableError, asyncpg.InsufficientPrivilegeError])
async def test_it_is_not_ready_before_the_first_migration(
    api: Client, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    async def refused(*_: object) -> None:
        raise error("alembic_version")

    monkeypatch.setattr(api.pool, "fetch", refused)
    response = await api.http.get("/health/ready")
    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "reason": "the database is not migrated to this version"}


async def test_an_unforeseen_failure_is_masked_here_too(
    database_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    async with client(database_url) as running:
        monkeypatch.setattr(running.pool, "fetch", fail)
        # Starlette answers, and then lets the server log the error too.
        running.http._transport.raise_app_exceptions = False  # type: ignore[attr-defined]
        response = await running.http.get("/health/ready")
    assert (response.status_code, code_of(response)) == (500, "INTERNAL")
    assert "secret" not in response.text
    assert "secret detail" in caplog.text


async def test_it_is_not_ready_without_a_connection(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    async def busy(*_: object) -> None:
        raise PoolTimeout("all connections are busy")

    monkeypatch.setattr(api.pool, "fetch", busy)
    response = await api.http.get("/health/ready")
    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "reason": "the database does not answer"}
    assert (await api.http.get("/health/live")).status_code == 200
