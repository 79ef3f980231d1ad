"""The two ways in which the demo company sells: to new customers, and again to those it has."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import BuyingStage, Department, FunnelStage, Pipeline, StageKind

PIPELINES = (("new-business", "New business"), ("renewal", "Renewal"))

# key, name, win probability, buying stage. Who has bought knows us: there is nothing to discover, and chances are better.
RENEWAL_STAGES = (
    ("usage_review", "Usage review", Decimal("0.6"), "consideration"),
    ("renewal_offer", "Renewal offer", Decimal("0.8"), "decision"),
    ("renewal_terms", "Renewal terms", Decimal("0.9"), "decision"),
)


async def set_up_pipelines(connection: AsyncConnection, workspace_id: UUID, at: datetime) -> None:
    """Make both pipelines; the default opportunity stages are those of new business, renewals get stages of their own."""
    times = {"created_at": at, "updated_at": at}
    own = {"workspace_id": workspace_id, **times}
    rows = [
        {"key": key, "name": name, "position": place, **own} for place, (key, name) in enumerate(PIPELINES, start=1)
    ]
    made = await connection.execute(insert(Pipeline).returning(Pipeline.key, Pipeline.id), rows)
    pipelines = dict(made.all())
    ours = update(FunnelStage).where(FunnelStage.workspace_id == workspace_id)
    opportunities = FunnelStage.kind == StageKind.OPPORTUNITY
    await connection.execute(ours.where(opportunities).values(pipeline_id=pipelines["new-business"], updated_at=at))
    # Won, lost and the other ends make room, so that the list of stages reads in the order of the line.
    behind = FunnelStage.kind.not_in([StageKind.LEAD, StageKind.OPPORTUNITY])
    await connection.execute(ours.where(behind).values(position=FunnelStage.position + len(RENEWAL_STAGES)))
    await _add_renewal_stages(connection, pipelines["renewal"], own)


async def _add_renewal_stages(connection: AsyncConnection, pipeline_id: UUID, own: dict[str, object]) -> None:
    of_workspace = own["workspace_id"]
    buying = select(BuyingStage.key, BuyingStage.id).where(BuyingStage.workspace_id == of_workspace)
    last = select(FunnelStage.position).where(
        FunnelStage.workspace_id == of_workspace, FunnelStage.kind == StageKind.OPPORTUNITY
    )
    buying_stages = dict((await connection.execute(buying)).all())
    first = max((await connection.scalars(last)).all()) + 1
    await connection.execute(
        insert(FunnelStage),
        [
            {
                "key": key,
                "name": name,
                "position": position,
                "kind": StageKind.OPPORTUNITY,
                "department": Department.SALES,
                "pipeline_id": pipeline_id,
                "win_probability": probability,
                "buying_stage_id": buying_stages[buying_stage],
                **own,
            }
            for position, (key, name, probability, buying_stage) in enumerate(RENEWAL_STAGES, start=first)
        ],
    )
