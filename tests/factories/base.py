"""How a row is written."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import Entity


async def add(connection: AsyncConnection, model: type[Entity], values: dict[str, Any], **own: Any) -> UUID:
    """Write a row of ``model``; ``own`` values go before the usual ``values``."""
    written = await connection.execute(insert(model).values(values | own).returning(model.id))
    identifier: UUID = written.scalar_one()
    return identifier
