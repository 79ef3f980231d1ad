"""One private PostgreSQL for all tests, migrated once; every test makes workspaces of its own, so none disturbs another.

``WAVELENGTH_TEST_DATABASE_URL`` names another server to use: an empty database of PostgreSQL 18 or newer.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from db import embedded, migrations
from db.engine import create_engine, workspace_transaction
from db.models import Role, Workspace
from resolvers.commands.token import create_token
from resolvers.commands.workspace import create_workspace


@dataclass(frozen=True)
class MadeWorkspace:
    """A workspace of one test, with its default stages and nothing else."""

    id: UUID
    slug: str


WorkspaceFactory = Callable[..., Awaitable[MadeWorkspace]]
TokenFactory = Callable[..., Awaitable[str]]


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """The URL of the tests' database, as its owner; its tables exist."""
    url = os.environ.get("WAVELENGTH_TEST_DATABASE_URL")
    if url:
        asyncio.run(migrations.upgrade(url))
        yield url
        return
    with embedded.temporary() as url:
        asyncio.run(migrations.upgrade(url))
        yield url


@pytest.fixture(scope="session")
async def owner_engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """Acts as the tables' owner: row-level security does not hold it where that is a superuser."""
    engine = create_engine(database_url, role=None, pool_timeout=30)
    yield engine
    await engine.dispose()


@pytest.fixture(scope="session")
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """Acts as the server does."""
    engine = create_engine(database_url, pool_timeout=30)
    yield engine
    await engine.dispose()


@pytest.fixture(scope="session")
def make_workspace(owner_engine: AsyncEngine) -> WorkspaceFactory:
    """Makes a new workspace; keyword arguments are those of ``create_workspace``, and the year's first month."""

    async def make(fiscal_year_start_month: int = 1, **options: Any) -> MadeWorkspace:
        slug = options.pop("slug", f"test-{uuid4().hex}")
        key = await create_workspace(owner_engine, slug, **options)
        if fiscal_year_start_month != 1:
            begins = {"fiscal_year_start_month": fiscal_year_start_month}
            async with workspace_transaction(owner_engine, key) as connection:
                await connection.execute(update(Workspace).where(Workspace.id == key).values(begins))
        return MadeWorkspace(key, slug)

    return make


@pytest.fixture
async def workspace(make_workspace: WorkspaceFactory) -> MadeWorkspace:
    """A new workspace of this test alone."""
    return await make_workspace()


@pytest.fixture(scope="session")
def make_token(engine: AsyncEngine) -> TokenFactory:
    """Makes a token of a workspace; its role is ADMIN unless another is named, ``member`` an e-mail address."""

    async def make(
        workspace_id: UUID, role: Role = Role.ADMIN, expires_in_days: int | None = None, member: str | None = None
    ) -> str:
        return await create_token(
            engine, workspace_id, role, name="test", expires_in_days=expires_in_days, member_email=member
        )

    return make
