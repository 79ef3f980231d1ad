"""``won_uses``: an asset's uses in opportunities that are won now, kept on it because recommendations rank by them.

One command changes it by what it adds or takes away; an import, which does so by the thousand, counts anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import Base, ContentAsset, ContentUsage, FunnelStage, Opportunity, StageKind, UsageAction
from db.voids import happened

_tables = Base.metadata.tables
asset = _tables[ContentAsset.__tablename__]
usage = _tables[ContentUsage.__tablename__]
opportunity = _tables[Opportunity.__tablename__]
stage = _tables[FunnelStage.__tablename__]


async def won(
    connection: AsyncConnection, workspace_id: UUID, opportunities: sa.Select[Any] | Collection[UUID]
) -> set[UUID]:
    """Those of ``opportunities`` that are won. Whoever moves one of them waits for us, whichever stage it is in."""
    # What was locked is as it is now, even if it was moved while we waited; what is joined to it would not be.
    held = (
        sa.select(opportunity.c.id, opportunity.c.stage_id)
        .where(opportunity.c.workspace_id == workspace_id, opportunity.c.id.in_(opportunities))
        .order_by(opportunity.c.id)
        .with_for_update(read=True)
        .cte("held")
    )
    of_stage = sa.and_(stage.c.workspace_id == workspace_id, stage.c.id == held.c.stage_id)
    found = sa.select(held.c.id).join(stage, of_stage).where(stage.c.kind == StageKind.WON)
    return set(await connection.scalars(found))


async def change_by_usages(
    connection: AsyncConnection, workspace_id: UUID, usages: Sequence[Mapping[str, Any]], by: int = 1
) -> None:
    """Each of ``usages`` that is a use in a won opportunity changes its asset's count by ``by``."""
    uses = [one for one in usages if one["action"] is not UsageAction.RECREATED and one["opportunity_id"]]
    if not uses:
        return
    counted = await won(connection, workspace_id, {one["opportunity_id"] for one in uses})
    changes: dict[UUID, int] = {}
    for one in uses:
        if one["opportunity_id"] in counted:
            changes[one["asset_id"]] = changes.get(one["asset_id"], 0) + by
    await _change(connection, workspace_id, changes)


async def change_by_opportunity(
    connection: AsyncConnection, workspace_id: UUID, which: sa.Select[Any], by: int
) -> None:
    """Each use in the opportunity that ``which`` finds, and the caller holds, changes its asset's count by ``by``."""
    uses = sa.select(usage.c.asset_id, sa.func.count()).where(*_uses(workspace_id))
    uses = uses.where(usage.c.opportunity_id.in_(which)).group_by(usage.c.asset_id)
    counts = await connection.execute(uses)
    await _change(connection, workspace_id, {asset_id: by * count for asset_id, count in counts})


async def _change(connection: AsyncConnection, workspace_id: UUID, changes: Mapping[UUID, int]) -> None:
    # In one order everywhere, so that two who change several never wait for each other in a circle.
    for asset_id in sorted(changes):
        await connection.execute(
            sa.update(asset)
            .where(asset.c.workspace_id == workspace_id, asset.c.id == asset_id)
            .values(won_uses=asset.c.won_uses + changes[asset_id], updated_at=sa.func.now())
        )


async def recount(connection: AsyncConnection, workspace_id: UUID, assets: sa.Select[Any]) -> None:
    """Count the uses of ``assets`` anew."""
    # Whoever counts at the same time waits here, and then counts our rows too; so do we theirs.
    rows = sa.select(asset.c.id).where(asset.c.workspace_id == workspace_id, asset.c.id.in_(assets))
    held = list(await connection.scalars(rows.order_by(asset.c.id).with_for_update(key_share=True)))
    if not held:
        return
    # The ids are given as values: of tables just filled the planner knows too little to begin with these few.
    chosen = sa.any_(sa.cast(held, ARRAY(sa.Uuid)))
    of_use = sa.and_(opportunity.c.workspace_id == workspace_id, opportunity.c.id == usage.c.opportunity_id)
    of_stage = sa.and_(stage.c.workspace_id == workspace_id, stage.c.id == opportunity.c.stage_id)
    counts = (
        sa.select(usage.c.asset_id, sa.func.count().label("uses"))
        .join(opportunity, of_use)
        .join(stage, sa.and_(of_stage, stage.c.kind == StageKind.WON))
        .where(*_uses(workspace_id), usage.c.asset_id == chosen)
        .group_by(usage.c.asset_id)
        .subquery()
    )
    counted = (
        sa.select(asset.c.id, sa.func.coalesce(counts.c.uses, 0).label("uses"))
        .join_from(asset, counts, counts.c.asset_id == asset.c.id, isouter=True)
        .where(asset.c.workspace_id == workspace_id, asset.c.id == chosen)
        .subquery()
    )
    await connection.execute(
        sa.update(asset)
        .where(asset.c.workspace_id == workspace_id, asset.c.id == counted.c.id, asset.c.won_uses != counted.c.uses)
        .values(won_uses=counted.c.uses, updated_at=sa.func.now())
    )


def _uses(workspace_id: UUID) -> tuple[sa.ColumnElement[bool], ...]:
    """The usages that are uses, and not void."""
    return (
        usage.c.workspace_id == workspace_id,
        usage.c.action != UsageAction.RECREATED,
        happened(usage, workspace_id),
    )
