"""Any interaction with a buyer, on any channel."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped

from db.models.base import Entity, Term, money, references, term
from db.models.workspace import Department

_REFERS = {
    "channel_id": "channel",
    "member_id": "member",
    "contact_id": "contact",
    "lead_id": "lead",
    "opportunity_id": "opportunity",
    "account_id": "account",
    "campaign_id": "campaign",
    "activity_id": "activity",
    "asset_id": "content_asset",
}


class TouchpointKind(Term):
    EMAIL = "EMAIL", "A mail."
    CALL = "CALL", "A call."
    MEETING = "MEETING", "A meeting, in one place or on-line."
    WEB_VISIT = "WEB_VISIT", "A visit to our pages."
    FORM = "FORM", "A form was sent."
    EVENT = "EVENT", "Attendance of an event or webinar."
    ADVERTISEMENT = "ADVERTISEMENT", "An advertisement was seen or clicked."
    SOCIAL = "SOCIAL", "A talk or reaction in a social network."
    CHAT = "CHAT", "A chat or a message."
    NOTE = "NOTE", "A note that a member made."
    TASK = "TASK", "A task that a member did for the buyer."
    OTHER = "OTHER", "Anything else."


class Direction(Term):
    INBOUND = "INBOUND", "The buyer came to us."
    OUTBOUND = "OUTBOUND", "We went to the buyer."


class Touchpoint(Entity):
    """An interaction with a buyer. Append-only."""

    __tablename__ = "touchpoint"
    __prefix__ = "touch"
    __append_only__ = True

    kind: Mapped[TouchpointKind] = term("kind", TouchpointKind)
    direction: Mapped[Direction | None] = term("direction", Direction, nullable=True)
    department: Mapped[Department | None] = term("department", Department, nullable=True)
    subject: Mapped[str | None]
    occurred_at: Mapped[datetime]
    channel_id: Mapped[UUID | None]
    member_id: Mapped[UUID | None]
    contact_id: Mapped[UUID | None]
    lead_id: Mapped[UUID | None]
    opportunity_id: Mapped[UUID | None]
    account_id: Mapped[UUID | None]
    campaign_id: Mapped[UUID | None]
    activity_id: Mapped[UUID | None]
    asset_id: Mapped[UUID | None]
    cost: Mapped[Decimal | None]
    currency_code: Mapped[str | None]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (
            *(references(column, table) for column, table in _REFERS.items()),
            *(
                Index(None, "workspace_id", column, "occurred_at", postgresql_where=text(f"{column} IS NOT NULL"))
                for column in _REFERS
            ),
            *money("cost"),
            Index(None, "workspace_id", "occurred_at", "id"),
        )
