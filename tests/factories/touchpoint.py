from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import Touchpoint, TouchpointKind
from tests.factories.base import add


async def touchpoint(connection: AsyncConnection, workspace_id: UUID, **values: Any) -> UUID:
    """A call on the first of January 2026, with nobody that is named."""
    usual = {
        "workspace_id": workspace_id,
        "kind": TouchpointKind.CALL,
        "occurred_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return await add(connection, Touchpoint, usual, **values)
