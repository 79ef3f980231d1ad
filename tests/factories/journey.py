from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import (
    BuyingGroupMember,
    BuyingRole,
    BuyingStage,
    FunnelStage,
    Journey,
    Lead,
    Opportunity,
    StageTransition,
)
from tests.factories.base import add

RECEIVED = datetime(2026, 1, 1, tzinfo=UTC)


async def stages(connection: AsyncConnection, workspace_id: UUID) -> dict[str, UUID]:
    """The ids of the workspace's funnel stages by their keys."""
    found = select(FunnelStage.key, FunnelStage.id).where(FunnelStage.workspace_id == workspace_id)
    return {row.key: row.id for row in await connection.execute(found)}


async def buying_stages(connection: AsyncConnection, workspace_id: UUID) -> dict[str, UUID]:
    """The ids of the workspace's buying stages by their keys."""
    found = select(BuyingStage.key, BuyingStage.id).where(BuyingStage.workspace_id == workspace_id)
    return {row.key: row.id for row in await connection.execute(found)}


async def journey(connection: AsyncConnection, workspace_id: UUID, **values: Any) -> UUID:
    return await add(connection, Journey, {"workspace_id": workspace_id}, **values)


async def lead(connection: AsyncConnection, workspace_id: UUID, **values: Any) -> UUID:
    """A lead with a journey of its own, unless one is given; it is in no stage yet."""
    if "journey_id" not in values:
        values["journey_id"] = await journey(connection, workspace_id)
    return await add(connection, Lead, {"workspace_id": workspace_id, "received_at": RECEIVED}, **values)


async def opportunity(connection: AsyncConnection, workspace_id: UUID, **values: Any) -> UUID:
    """An opportunity with a journey of its own, unless one is given; it is in no stage yet."""
    if "journey_id" not in values:
        values["journey_id"] = await journey(connection, workspace_id)
    usual = {"workspace_id": workspace_id, "opened_at": RECEIVED, "name": "Six docks"}
    return await add(connection, Opportunity, usual, **values)


async def buying_group_member(
    connection: AsyncConnection, workspace_id: UUID, opportunity_id: UUID, contact_id: UUID, **values: Any
) -> UUID:
    """A contact who argues for the purchase; not our first contact there."""
    usual = {
        "workspace_id": workspace_id,
        "opportunity_id": opportunity_id,
        "contact_id": contact_id,
        "role": BuyingRole.CHAMPION,
    }
    return await add(connection, BuyingGroupMember, usual, **values)


async def transition(
    connection: AsyncConnection, workspace_id: UUID, journey_id: UUID, to_stage_id: UUID, **values: Any
) -> UUID:
    """An entry to a stage; ``lead_id`` or ``opportunity_id`` says whose. It arrives after all that were added before."""
    usual = {"workspace_id": workspace_id, "journey_id": journey_id, "to_stage_id": to_stage_id}
    return await add(connection, StageTransition, usual, **values)
