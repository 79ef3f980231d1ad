"""Events that were recorded by mistake: whoever writes what follows from events leaves them out."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from db.models import Base, EventTable, EventVoid

_void = Base.metadata.tables[EventVoid.__tablename__]


def happened(event: sa.Table, workspace_id: UUID) -> sa.ColumnElement[bool]:
    """Whether a row of a table of events is not void."""
    of_event = sa.and_(_void.c.event_table == EventTable[event.name], _void.c.event_id == event.c.id)
    return ~sa.exists(sa.select(1).where(_void.c.workspace_id == workspace_id, of_event))
