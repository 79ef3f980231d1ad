from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import FunnelStage, Pipeline, StageKind
from tests.factories.base import add


async def pipeline(connection: AsyncConnection, workspace_id: UUID, key: str, **values: Any) -> UUID:
    """A pipeline without stages, before all others; its name is its key unless another is given."""
    return await add(
        connection, Pipeline, {"workspace_id": workspace_id, "key": key, "name": key, "position": 1}, **values
    )


async def opportunity_stage(
    connection: AsyncConnection, workspace_id: UUID, pipeline_id: UUID, key: str, position: int, **values: Any
) -> UUID:
    """A stage of a pipeline."""
    usual = {
        "workspace_id": workspace_id,
        "pipeline_id": pipeline_id,
        "key": key,
        "name": key,
        "position": position,
        "kind": StageKind.OPPORTUNITY,
    }
    return await add(connection, FunnelStage, usual, **values)
