"""Where journeys stand: what leads and opportunities keep of the transitions that are not void.

A lead stands where the last transition of its journey led, an opportunity where the last of its own did. It was closed
by the last of them that closes or reopens one, if that closes it. Who adds or voids transitions holds the journeys
first (:func:`lock`) and then moves them (:func:`move`): so of two who do, one waits and then sees what the other wrote.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import Base, FunnelStage, Lead, Opportunity, StageKind, StageTransition
from db.voids import happened

_tables = Base.metadata.tables
lead = _tables[Lead.__tablename__]
opportunity = _tables[Opportunity.__tablename__]
stage = _tables[FunnelStage.__tablename__]
transition = _tables[StageTransition.__tablename__]

OF_LEADS = ("stage_id", "stage_entered_at")
OF_OPPORTUNITIES = (*OF_LEADS, "closed_at")
"""The columns that say where one stands."""

_DECISIVE = (StageKind.OPPORTUNITY, StageKind.WON, StageKind.LOST)
"""The kinds that close or reopen an opportunity: whichever came last decides."""


def of_leads(workspace_id: UUID, events: sa.FromClause, *arrival: str) -> sa.Select[Any]:
    """A row for each journey in ``events``: the journey as ``subject``, and :data:`OF_LEADS`.

    ``events`` have the columns of transitions; of equal times the columns ``arrival`` tell the order.
    """
    last = _last(workspace_id, events, "journey_id", arrival).subquery()
    return sa.select(last.c.subject, *(last.c[name] for name in OF_LEADS))


def of_opportunities(workspace_id: UUID, events: sa.FromClause, *arrival: str) -> sa.Select[Any]:
    """The same for each opportunity in ``events``, as ``subject``, with :data:`OF_OPPORTUNITIES`."""
    last = _last(workspace_id, events, "opportunity_id", arrival).subquery()
    deciding = _last(workspace_id, events, "opportunity_id", arrival, _DECISIVE).subquery()
    closed_at = sa.case((deciding.c.kind != StageKind.OPPORTUNITY, deciding.c.stage_entered_at)).label("closed_at")
    columns = (last.c.subject, *(last.c[name] for name in OF_LEADS), closed_at)
    return sa.select(*columns).join_from(last, deciding, deciding.c.subject == last.c.subject, isouter=True)


def _last(
    workspace_id: UUID, events: sa.FromClause, subject: str, arrival: Sequence[str], kinds: Sequence[StageKind] = ()
) -> sa.Select[Any]:
    """The last event of each subject, into a stage of these kinds or of any."""
    key, entered_at = events.c[subject], events.c.occurred_at
    last = (
        sa.select(
            key.label("subject"),
            events.c.to_stage_id.label("stage_id"),
            entered_at.label("stage_entered_at"),
            stage.c.kind,
        )
        .join_from(events, stage, sa.and_(stage.c.workspace_id == workspace_id, stage.c.id == events.c.to_stage_id))
        .ext(distinct_on(key))
        .order_by(key, entered_at.desc(), *(events.c[name].desc() for name in arrival))
    )
    return last.where(stage.c.kind.in_(kinds)) if kinds else last


async def lock(connection: AsyncConnection, workspace_id: UUID, journeys: sa.Select[Any]) -> None:
    """Hold the leads and opportunities on journeys that are about to change, so that nobody moves them meanwhile.

    Everybody takes leads before opportunities, and each by id, so that none waits for another in a circle.
    """
    for table in (lead, opportunity):
        rows = sa.select(table.c.id).where(table.c.workspace_id == workspace_id, table.c.journey_id.in_(journeys))
        held = rows.order_by(table.c.id).with_for_update(key_share=True).cte("held")
        await connection.execute(sa.select(sa.func.count()).select_from(held))


async def move(
    connection: AsyncConnection, workspace_id: UUID, journeys: sa.Select[Any], opportunities: sa.Select[Any]
) -> None:
    """Bring leads on ``journeys``, and ``opportunities``, to where the transitions that are written leave them.

    What no transition is left of stands nowhere. What differs is written, and only that.
    """
    events = _written(workspace_id, "journey_id", journeys)
    of_journeys = of_leads(workspace_id, events, "sequence")
    await _write(connection, workspace_id, lead, "journey_id", journeys, of_journeys)
    events = _written(workspace_id, "opportunity_id", opportunities)
    of_own = of_opportunities(workspace_id, events, "sequence")
    await _write(connection, workspace_id, opportunity, "id", opportunities, of_own)


def _written(workspace_id: UUID, column: str, subjects: sa.Select[Any]) -> sa.Subquery:
    own = sa.and_(transition.c.workspace_id == workspace_id, transition.c[column].in_(subjects))
    return sa.select(transition).where(own, happened(transition, workspace_id)).subquery()


async def _write(
    connection: AsyncConnection,
    workspace_id: UUID,
    table: sa.Table,
    key: str,
    subjects: sa.Select[Any],
    standing: sa.Select[Any],
) -> None:
    row, stands = table.alias(), standing.subquery()
    kept = [column for column in stands.c if column.name != "subject"]
    of_row = (
        sa.select(row.c.id, *kept)
        .join_from(row, stands, stands.c.subject == row.c[key], isouter=True)
        .where(row.c.workspace_id == workspace_id, row.c[key].in_(subjects))
        .subquery()
    )
    values = {column.name: of_row.c[column.name] for column in kept}
    differs = sa.or_(*(table.c[name].is_distinct_from(value) for name, value in values.items()))
    await connection.execute(
        sa.update(table)
        .where(table.c.workspace_id == workspace_id, table.c.id == of_row.c.id, differs)
        .values({**values, "updated_at": sa.func.now()})
    )
