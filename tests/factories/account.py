from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import Account, Contact
from tests.factories.base import add


async def account(connection: AsyncConnection, workspace_id: UUID, **values: Any) -> UUID:
    return await add(connection, Account, {"workspace_id": workspace_id, "name": "Nordlager"}, **values)


async def contact(connection: AsyncConnection, workspace_id: UUID, **values: Any) -> UUID:
    return await add(connection, Contact, {"workspace_id": workspace_id, "name": "Ada Lind"}, **values)
