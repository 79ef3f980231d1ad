"""How the program connects to PostgreSQL, and how a transaction is told its workspace."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

SERVER_ROLE = "wavelength_server"
"""The role everything but ``migrate`` and ``workspace create`` acts as. It owns nothing and obeys row-level security."""

PARTNER_ROLE = "wavelength_partner"
"""The role that the queries of partners act as. It only reads, and only what the policies for it show."""

_SCHEMES = ("postgresql", "postgres", "postgresql+asyncpg")


def asyncpg_dsn(url: str) -> str:
    """The URL as asyncpg reads it; raises ``ValueError`` where it is not one of PostgreSQL.

    asyncpg understands everything that libpq does (``?host=/folder`` of a unix socket, ``sslmode``, percent-encoding),
    so it parses the URL for SQLAlchemy too.
    """
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in _SCHEMES:
        raise ValueError("a database URL begins with postgresql://")
    return f"postgresql://{rest}"


def server_settings(role: str | None = SERVER_ROLE, statement_timeout: float | None = None) -> dict[str, str]:
    """What every connection is opened with; ``statement_timeout`` in seconds."""
    settings = {"application_name": "wavelength", "timezone": "UTC", "jit": "off"}
    if role is not None:
        settings["role"] = role
    if statement_timeout is not None:
        settings["statement_timeout"] = f"{round(statement_timeout * 1000)}ms"
    return settings


def create_engine(
    url: str,
    *,
    role: str | None = SERVER_ROLE,
    pool_size: int = 4,
    pool_timeout: float = 1.0,
    statement_timeout: float | None = None,
) -> AsyncEngine:
    """An engine whose connections act as ``role``, or as the URL's own user where it is None.

    At most ``pool_size`` connections are opened; who waits longer than ``pool_timeout`` seconds for one gets
    ``sqlalchemy.exc.TimeoutError``. A statement that runs longer than ``statement_timeout`` seconds is cancelled.
    """
    dsn = asyncpg_dsn(url)
    settings = server_settings(role, statement_timeout)

    async def connect() -> asyncpg.Connection[Any]:
        return await asyncpg.connect(dsn, server_settings=settings)

    return create_async_engine(
        "postgresql+asyncpg://",
        async_creator=connect,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=pool_timeout,
    )


async def enter_workspace(connection: AsyncConnection, workspace_id: UUID) -> None:
    """Show ``connection`` the rows of one workspace until its transaction ends.

    This is the only way of telling PostgreSQL the workspace: a cluster that needs another one changes it here.
    """
    await connection.execute(
        text("SELECT set_config('wavelength.workspace', :workspace, true)"), {"workspace": str(workspace_id)}
    )


@asynccontextmanager
async def workspace_transaction(engine: AsyncEngine, workspace_id: UUID) -> AsyncIterator[AsyncConnection]:
    """A transaction inside one workspace: committed at the end, rolled back on any error."""
    async with engine.begin() as connection:
        await enter_workspace(connection, workspace_id)
        yield connection
