from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import Department, Member, Role
from tests.factories.base import add


async def member(connection: AsyncConnection, workspace_id: UUID, **values: Any) -> UUID:
    """A member of sales who may read everything."""
    usual = {"workspace_id": workspace_id, "name": "Sam Vik", "department": Department.SALES, "role": Role.VIEWER}
    return await add(connection, Member, usual, **values)
