"""What is done together to win buyers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped

from db.models.base import Entity, Term, linked, money, term


class CampaignKind(Term):
    EMAIL = "EMAIL", "Mails to many."
    ADVERTISING = "ADVERTISING", "Paid space in print, on-line or elsewhere."
    CONTENT = "CONTENT", "Content that is made known and given away."
    EVENT = "EVENT", "Fairs, conferences and meetings."
    WEBINAR = "WEBINAR", "Talks on-line."
    SOCIAL = "SOCIAL", "Posts and talks in social networks."
    CALL_OUT = "CALL_OUT", "Calls to many."
    PARTNER = "PARTNER", "Together with partners."
    OTHER = "OTHER", "Anything else."


class CampaignStatus(Term):
    PLANNED = "PLANNED", "Not yet begun."
    RUNNING = "RUNNING", "Going on."
    FINISHED = "FINISHED", "It is over."
    CANCELLED = "CANCELLED", "Given up."


class Campaign(Entity):
    """Activities with one aim, a time and a cost; ``goal_id`` is the joint goal that it serves."""

    __tablename__ = "campaign"
    __prefix__ = "camp"

    name: Mapped[str]
    kind: Mapped[CampaignKind] = term("kind", CampaignKind)
    status: Mapped[CampaignStatus] = term("status", CampaignStatus)
    objective: Mapped[str | None]
    channel_id: Mapped[UUID | None]
    owner_id: Mapped[UUID | None]
    goal_id: Mapped[UUID | None]
    target_list_id: Mapped[UUID | None]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    planned_cost: Mapped[Decimal | None]
    actual_cost: Mapped[Decimal | None]
    currency_code: Mapped[str | None]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (
            *linked(channel_id="channel", owner_id="member", goal_id="joint_goal", target_list_id="target_list"),
            *money("planned_cost", "actual_cost"),
            CheckConstraint("ends_on >= starts_on", name="days_in_order"),
            Index(None, "workspace_id", "starts_on", "id"),
        )
