from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import ContentFeedback, LeadFeedback
from tests.factories.base import add
from tests.factories.content import asset
from tests.factories.member import member

SAID = datetime(2026, 1, 1, tzinfo=UTC)


async def lead_feedback(connection: AsyncConnection, workspace_id: UUID, lead_id: UUID, **values: Any) -> UUID:
    """A member of sales found the lead to be so-so."""
    if "member_id" not in values:
        values["member_id"] = await member(connection, workspace_id)
    usual = {"workspace_id": workspace_id, "lead_id": lead_id, "quality": 3, "occurred_at": SAID}
    return await add(connection, LeadFeedback, usual, **values)


async def content_feedback(connection: AsyncConnection, workspace_id: UUID, **values: Any) -> UUID:
    """A member found an asset to be so-so; each is a new one unless another is named."""
    if "member_id" not in values:
        values["member_id"] = await member(connection, workspace_id)
    if "asset_id" not in values:
        values["asset_id"] = await asset(connection, workspace_id)
    usual = {"workspace_id": workspace_id, "rating": 3, "occurred_at": SAID}
    return await add(connection, ContentFeedback, usual, **values)
