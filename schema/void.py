"""Events that were recorded by mistake."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from db import models
from schema.entity import Node, entity
from schema.fields import column, to_any, to_one
from schema.timeline import TimelineEvent

if TYPE_CHECKING:
    from schema.workspace import Member


@entity(models.EventVoid, plural="eventVoids")
class EventVoid(Node):
    """An event is void: it should not have been recorded. It stays readable, and counts in no metric."""

    event: TimelineEvent = to_any("The event.", entity="event_table", key="event_id")
    reason: str = column("Why it should not have been recorded.")
    voided_at: datetime = column("When somebody said so.")
    member: Member | None = to_one(models.EventVoid.member_id, "The member who said so; null where a program did.")
