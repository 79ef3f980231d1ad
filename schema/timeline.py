"""What happened with an account: events of all kinds in one list."""

from __future__ import annotations

from datetime import datetime

import strawberry

from resolvers.timeline import EventKind
from schema.entity import Node
from schema.fields import argument, column
from schema.terms import describe

describe(EventKind, "What kind of thing happened with an account.")

KINDS = argument(list[EventKind] | None, "Only events of these kinds; all where it is left out.", name="kinds")


@strawberry.interface(description="Something that happened with a buyer at one moment.")
class TimelineEvent(Node):
    occurred_at: datetime = column("When it happened.")
