"""Where an import writes: one transaction in one workspace, with the ids of one other system."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from db.imports.plan import Record


@dataclass(frozen=True)
class Scope:
    """What every statement of an import needs to know."""

    connection: AsyncConnection
    workspace_id: UUID
    source: str
    now: datetime
    """The time of writing, the same for all rows."""
    known: dict[str, sa.Table] = field(default_factory=dict)
    """For each entity and event, the temporary table of the external ids in the files and the rows they name."""

    def of(self, table: sa.FromClause) -> sa.ColumnElement[bool]:
        """The rows of ``table`` that are of this workspace; every reference to a tenant's table carries it."""
        return table.c.workspace_id == self.workspace_id

    async def execute(self, statement: sa.Executable) -> int:
        """Run a statement that writes, and say how many rows it wrote."""
        return (await self.connection.execute(statement)).rowcount


def place(record: Record, rank: int) -> sa.ColumnElement[Any]:
    """Orders the rows of several records: first by the record's rank, then by the line."""
    return postgresql.array([sa.literal(rank, sa.BigInteger), sa.type_coerce(record.file.line, sa.BigInteger)])
