"""The database that a command works on: the one that is named, or else the private one of the data folder."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from api.cli.failures import CommandError
from api.settings import Settings
from db import embedded
from db.engine import asyncpg_dsn, create_engine

_PATIENCE_SECONDS = 30


@dataclass(frozen=True)
class Engines:
    """Two ways to the same database: as the tables' owner, and as the server."""

    owner: AsyncEngine
    server: AsyncEngine


@contextmanager
def database(settings: Settings, tell: Callable[[str], None]) -> Iterator[str]:
    """The database's URL; the private PostgreSQL runs until the block ends."""
    if settings.database_url is None:
        with embedded.running(settings.data_dir, tell=tell) as url:
            yield url
        return
    try:
        asyncpg_dsn(settings.database_url)
    except ValueError as error:
        raise CommandError(str(error)) from error
    yield settings.database_url


@asynccontextmanager
async def engines(url: str) -> AsyncIterator[Engines]:
    """Engines for one command; no connection is opened before it is used."""
    both = Engines(
        owner=create_engine(url, role=None, pool_size=1, pool_timeout=_PATIENCE_SECONDS),
        server=create_engine(url, pool_timeout=_PATIENCE_SECONDS),
    )
    try:
        yield both
    finally:
        await both.owner.dispose()
        await both.server.dispose()
