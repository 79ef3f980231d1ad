from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import Persona
from tests.factories.base import add


async def persona(connection: AsyncConnection, workspace_id: UUID, **values: Any) -> UUID:
    return await add(connection, Persona, {"workspace_id": workspace_id, "name": "Warehouse manager"}, **values)
