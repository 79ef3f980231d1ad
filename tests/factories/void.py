from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import Entity, EventTable, EventVoid
from tests.factories.base import add


async def void(
    connection: AsyncConnection, workspace_id: UUID, model: type[Entity], event_id: UUID, **values: Any
) -> UUID:
    """Only the note that an event is void: nothing that follows from it is changed."""
    usual = {
        "workspace_id": workspace_id,
        "event_table": EventTable[model.__tablename__],
        "event_id": event_id,
        "reason": "A test.",
        "voided_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return await add(connection, EventVoid, usual, **values)
