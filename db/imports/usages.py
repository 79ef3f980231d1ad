"""What assets keep of their usages: in how many won opportunities they were used."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from db.imports.plan import Record
from db.imports.scope import Scope
from db.models import (
    Base,
    ContentAsset,
    ContentUsage,
    EventTable,
    EventVoid,
    FunnelStage,
    Opportunity,
    StageKind,
    UsageAction,
)

_tables = Base.metadata.tables
asset = _tables[ContentAsset.__tablename__]
usage = _tables[ContentUsage.__tablename__]
opportunity = _tables[Opportunity.__tablename__]
stage = _tables[FunnelStage.__tablename__]


def _void(scope: Scope) -> sa.ColumnElement[bool]:
    void = _tables[EventVoid.__tablename__]
    of_usages = sa.and_(scope.of(void), void.c.event_table == EventTable.content_usage)
    return sa.exists(sa.select(1).where(of_usages, void.c.event_id == usage.c.id))


async def count_won_uses(
    scope: Scope, new_usages: sa.Table, new_transitions: sa.Table, records: Sequence[Record]
) -> None:
    """Count again for the assets of new usages, and of the opportunities that moved or whose stage ``records`` state."""
    known = scope.known["opportunity"]
    stated = [
        sa.select(known.c.id).join_from(record.file.table, known, known.c.external_id == record.id)
        for record in records
        if "stage" in record.fields
    ]
    moved = sa.union_all(sa.select(new_transitions.c.opportunity_id), *stated)
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
    held = list(await scope.connection.scalars(rows.with_for_update(key_share=True)))
    if not held:
        return
    # The ids are given as values: of tables just filled the planner knows too little to begin with these few.
    chosen = sa.any_(sa.cast(held, ARRAY(sa.Uuid)))
    won = (
        sa.select(usage.c.asset_id, sa.func.count().label("uses"))
        .join(opportunity, sa.and_(scope.of(opportunity), opportunity.c.id == usage.c.opportunity_id))
        .join(stage, sa.and_(scope.of(stage), stage.c.id == opportunity.c.stage_id, stage.c.kind == StageKind.WON))
        .where(scope.of(usage), usage.c.action != UsageAction.RECREATED, usage.c.asset_id == chosen)
        .group_by(usage.c.asset_id)
        .subquery()
    )
    uses = sa.func.coalesce(won.c.uses, 0)
    counted = (
        sa.select(asset.c.id, uses.label("uses"))
        .join_from(asset, won, won.c.asset_id == asset.c.id, isouter=True)
        .where(scope.of(asset), asset.c.id == chosen)
        .subquery()
    )
    await scope.execute(
        sa.update(asset)
        .where(scope.of(asset), asset.c.id == counted.c.id, asset.c.won_uses != counted.c.uses)
        .values(won_uses=counted.c.uses)
    )
