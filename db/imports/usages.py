"""What assets keep of their usages: in how many won opportunities they were used."""

from __future__ import annotations

import sqlalchemy as sa

from db.imports.scope import Scope
from db.models import Base, ContentAsset, ContentUsage, FunnelStage, Opportunity, StageKind, UsageAction

_tables = Base.metadata.tables
asset = _tables[ContentAsset.__tablename__]
usage = _tables[ContentUsage.__tablename__]
opportunity = _tables[Opportunity.__tablename__]
stage = _tables[FunnelStage.__tablename__]


async def count_won_uses(scope: Scope, new_usages: sa.Table, new_transitions: sa.Table) -> None:
    """Count again for the assets of new usages, and of the opportunities that moved."""
    moved = sa.select(new_transitions.c.opportunity_id)
    touched = (
        sa.select(usage.c.asset_id)
        .distinct()
        .where(
            scope.of(usage),
            usage.c.opportunity_id.is_not(None),
            sa.or_(usage.c.id.in_(sa.select(new_usages.c.id)), usage.c.opportunity_id.in_(moved)),
        )
    )
    # Whoever counts at the same time waits here, and then counts our rows too; so do we theirs.
    rows = sa.select(asset.c.id).where(scope.of(asset), asset.c.id.in_(touched)).order_by(asset.c.id)
    held = rows.with_for_update(key_share=True).cte("held")
    await scope.connection.execute(sa.select(sa.func.count()).select_from(held))
    won = (
        sa.select(sa.func.count())
        .select_from(usage)
        .join(opportunity, sa.and_(scope.of(opportunity), opportunity.c.id == usage.c.opportunity_id))
        .join(stage, sa.and_(scope.of(stage), stage.c.id == opportunity.c.stage_id, stage.c.kind == StageKind.WON))
        .where(scope.of(usage), usage.c.action != UsageAction.RECREATED)
    )
    counted = (
        sa.select(
            asset.c.id, won.where(usage.c.asset_id == asset.c.id).correlate(asset).scalar_subquery().label("uses")
        )
        .where(scope.of(asset), asset.c.id.in_(touched))
        .subquery()
    )
    await scope.execute(
        sa.update(asset)
        .where(scope.of(asset), asset.c.id == counted.c.id, asset.c.won_uses != counted.c.uses)
        .values(won_uses=counted.c.uses)
    )
