"""Spells: a journey's stays in stages, from one transition to the next, as far as they had happened at a moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CTE, and_, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from db.models import FunnelStage, StageKind, StageTransition
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.metrics.fact import is_
from resolvers.metrics.void import happened

CLOSING = (StageKind.WON, StageKind.LOST, StageKind.OPPORTUNITY)
"""The kinds of stages that decide whether an opportunity is closed: the last of them that it entered."""


def of_opportunities(as_of: ColumnElement[datetime]) -> CTE:
    """One row a stay of an opportunity in a stage that opens or closes it; ``left_at`` is null for the last one."""
    event, stage = open_table(StageTransition), open_table(FunnelStage)
    left_at = func.lead(event.c.occurred_at).over(
        partition_by=event.c.opportunity_id, order_by=(event.c.occurred_at, event.c.sequence)
    )
    kinds = [is_(stage.c.kind, kind) for kind in CLOSING]
    return (
        select(
            event.c.opportunity_id,
            event.c.to_stage_id.label("stage_id"),
            stage.c.kind,
            event.c.occurred_at.label("entered_at"),
            left_at.label("left_at"),
        )
        .select_from(event.join(stage, stage.c.id == event.c.to_stage_id))
        .where(in_workspace(event, stage), happened(event))
        .where(event.c.opportunity_id.is_not(None), event.c.occurred_at < as_of)
        .where(kinds[0] | kinds[1] | kinds[2])
        .cte()
        # Else PostgreSQL may compute the stays anew for every row that they are joined to.
        .prefix_with("MATERIALIZED")
    )


def at(spells: Any, moment: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether a stay has begun before a moment and not ended."""
    return and_(spells.c.entered_at < moment, or_(spells.c.left_at.is_(None), spells.c.left_at >= moment))
