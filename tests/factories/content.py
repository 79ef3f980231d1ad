from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import ContentAsset, ContentKind, ContentMapping, ContentStatus, ContentUsage, UsageAction
from tests.factories.base import add


async def asset(connection: AsyncConnection, workspace_id: UUID, **values: Any) -> UUID:
    """An active asset."""
    usual = {
        "workspace_id": workspace_id,
        "title": "A guide to docks",
        "kind": ContentKind.ARTICLE,
        "status": ContentStatus.ACTIVE,
    }
    return await add(connection, ContentAsset, usual, **values)


async def mapping(
    connection: AsyncConnection, workspace_id: UUID, asset_id: UUID, buying_stage_id: UUID, **values: Any
) -> UUID:
    """The asset fits any persona in the stage, fully."""
    usual = {"workspace_id": workspace_id, "asset_id": asset_id, "buying_stage_id": buying_stage_id}
    return await add(connection, ContentMapping, usual, **values)


async def usage(connection: AsyncConnection, workspace_id: UUID, asset_id: UUID, **values: Any) -> UUID:
    """Somebody looked at the asset on the first of January 2026."""
    usual = {
        "workspace_id": workspace_id,
        "asset_id": asset_id,
        "action": UsageAction.VIEWED,
        "occurred_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return await add(connection, ContentUsage, usual, **values)
