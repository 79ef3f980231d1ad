"""Spells: stays in stages, from one transition to the next, as far as they had happened at a moment; and where one is held.

A stage is where one stands by the last transition before a moment. What no transition tells of at all, whenever it was
made, is held in the stage that its row names: since it began, or for as long as anybody knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, Alias, Select, and_, case, exists, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from db.models import FunnelStage, StageKind, StageTransition
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.metrics.fact import is_
from resolvers.metrics.void import happened

_DECISIVE = (StageKind.WON, StageKind.LOST, StageKind.OPPORTUNITY)
"""The kinds of stages that decide whether an opportunity is closed: the last of them that it entered."""


def of_journeys(as_of: ColumnElement[datetime]) -> CTE:
    """One row a stay of a journey in a stage; ``left_at`` is null for the last one."""
    return _stays("journey_id", as_of).cte()


def of_opportunities(as_of: ColumnElement[datetime]) -> CTE:
    """The same of an opportunity, by its own transitions."""
    return _materialized(_stays("opportunity_id", as_of))


def decisions(as_of: ColumnElement[datetime]) -> CTE:
    """One row a time that an opportunity was open, won or lost: stays in stages of these kinds, others left out."""
    return _materialized(_stays("opportunity_id", as_of, _DECISIVE))


def _stays(subject: str, as_of: ColumnElement[datetime], kinds: Sequence[StageKind] = ()) -> Select[Any]:
    event = open_table(StageTransition)
    key = event.c[subject]
    left_at = func.lead(event.c.occurred_at).over(partition_by=key, order_by=(event.c.occurred_at, event.c.sequence))
    stays = (
        select(
            key,
            event.c.to_stage_id.label("stage_id"),
            event.c.occurred_at.label("entered_at"),
            left_at.label("left_at"),
        )
        .where(in_workspace(event), happened(event), event.c.occurred_at < as_of)
        .where(key.is_not(None))
    )
    if not kinds:
        return stays
    stage = open_table(FunnelStage)
    return (
        stays.add_columns(stage.c.kind)
        .join_from(event, stage, stage.c.id == event.c.to_stage_id)
        .where(in_workspace(stage), or_(*(is_(stage.c.kind, kind) for kind in kinds)))
    )


def _materialized(stays: Select[Any]) -> CTE:
    """Else PostgreSQL may compute the stays anew for every row that they are joined to."""
    return stays.cte().prefix_with("MATERIALIZED")


def at(spells: Any, moment: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether a stay has begun before a moment and not ended."""
    return and_(spells.c.entered_at < moment, or_(spells.c.left_at.is_(None), spells.c.left_at >= moment))


def never_moved(subject: str, key: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether no transition at all tells of a journey or an opportunity.

    Asked of the events, which an index finds: stays would be read through for everyone that is in no stage.
    """
    moved = open_table(StageTransition)
    events = exists().where(in_workspace(moved), happened(moved), moved.c[subject] == key)
    return ~events.correlate_except(moved)


def held(row: Alias, begun: str, moment: ColumnElement[datetime]) -> ColumnElement[Any]:
    """The stage that a lead or an opportunity names, if it had ``begun`` before a moment, or nobody knows when it did."""
    at_ = row.c[begun]
    return case((at_.is_(None) | (at_ < moment), row.c.stage_id))
