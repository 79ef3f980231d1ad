from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import Channel
from tests.factories.base import add


async def channel(connection: AsyncConnection, workspace_id: UUID, key: str, **values: Any) -> UUID:
    """A channel; its label is its key unless another is given."""
    return await add(connection, Channel, {"workspace_id": workspace_id, "key": key, "label": key}, **values)
