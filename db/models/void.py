"""Events that were recorded by mistake: they stay, and count nowhere."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from db.models.base import Entity, Term, linked, term


class EventTable(Term):
    """The tables of events that can be voided, by their names."""

    content_usage = "content_usage", "Content was used."
    touchpoint = "touchpoint", "An interaction on any channel."
    stage_transition = "stage_transition", "A lead or an opportunity entered a stage."


class EventVoid(Entity):
    """An event is void: it should not have been recorded. Append-only, as the events are.

    ``event_id`` may point into any of the tables in :class:`EventTable`, so no foreign key guards it; rows of these
    tables are never deleted.
    """

    __tablename__ = "event_void"
    __prefix__ = "void"
    __append_only__ = True

    event_table: Mapped[EventTable] = term("event_table", EventTable)
    event_id: Mapped[UUID]
    reason: Mapped[str]
    member_id: Mapped[UUID | None]
    voided_at: Mapped[datetime]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (
            *linked(member_id="member"),
            UniqueConstraint("workspace_id", "event_table", "event_id"),
            CheckConstraint("reason <> ''", name="reason_said"),
        )
