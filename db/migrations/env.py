"""Alembic's entry: runs inside the connection that the caller opened, or opens one to ``DATABASE_URL``."""

from __future__ import annotations

import asyncio
import os

from alembic import context
from sqlalchemy import Connection

from db.engine import create_engine
from db.models import Base


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, compare_server_default=True)
    with context.begin_transaction():
        context.run_migrations()


async def connect_and_run() -> None:
    """For ``alembic`` at the command line, such as ``alembic revision --autogenerate``."""
    engine = create_engine(os.environ["DATABASE_URL"], role=None, pool_size=1)
    async with engine.begin() as connection:
        await connection.run_sync(run)
    await engine.dispose()


connection: Connection | None = context.config.attributes.get("connection")
if connection is None:
    asyncio.run(connect_and_run())
else:
    run(connection)
