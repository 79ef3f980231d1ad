from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import Handoff
from tests.factories.base import add
from tests.factories.member import member


async def handoff(connection: AsyncConnection, workspace_id: UUID, lead_id: UUID, **values: Any) -> UUID:
    """A lead was handed to a member on the first of January 2026; sales has not decided yet."""
    if not {"to_member_id", "to_team_id"} & values.keys():
        values["to_member_id"] = await member(connection, workspace_id)
    usual = {
        "workspace_id": workspace_id,
        "lead_id": lead_id,
        "handed_over_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return await add(connection, Handoff, usual, **values)
