"""What PostgreSQL's planner knows of the rows. Autovacuum tells it too, but only some time after a bulk write."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine

from db.models import Base

WORTH_IT = 1_000
"""Rows written at once after which the planner should know of them before the first question."""


async def analyze(engine: AsyncEngine) -> None:
    """Let the planner look at all tables, each in a transaction of its own.

    Without it, a table that has just been filled is taken for empty, and joined by nested loops.
    """
    tables = ", ".join(table.name for table in Base.metadata.sorted_tables if table.name != "workspace")
    async with engine.connect() as connection:
        alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await alone.exec_driver_sql(f"ANALYZE {tables}")
