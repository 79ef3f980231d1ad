"""A possible sale, and the people who decide on it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Entity, references, term
from db.models.persona import BuyingRole


class Opportunity(Entity):
    """A possible sale; ``opened_at`` is null where nobody knows when work on it began.

    ``stage_id``, ``stage_entered_at`` and ``closed_at`` follow the opportunity's own transitions: the current
    stage, when it was entered, and the latest entry to WON or LOST unless it was reopened since. ``campaign_id`` is
    the campaign it came from. Partners see the opportunities whose ``partner_team_id`` is their team.
    """

    __tablename__ = "opportunity"
    __prefix__ = "opp"

    journey_id: Mapped[UUID]
    opened_at: Mapped[datetime | None]
    name: Mapped[str]
    account_id: Mapped[UUID | None]
    stage_id: Mapped[UUID | None]
    stage_entered_at: Mapped[datetime | None]
    amount: Mapped[Decimal | None]
    currency_code: Mapped[str | None]
    expected_close_on: Mapped[date | None]
    closed_at: Mapped[datetime | None]
    owner_id: Mapped[UUID | None]
    partner_team_id: Mapped[UUID | None]
    campaign_id: Mapped[UUID | None]
    origin_lead_id: Mapped[UUID | None]
    lost_reason: Mapped[str | None]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        refers = {
            "account_id": "account",
            "stage_id": "funnel_stage",
            "owner_id": "member",
            "partner_team_id": "team",
            "campaign_id": "campaign",
            "origin_lead_id": "lead",
        }
        return (
            references("journey_id", "journey"),
            *(references(column, table) for column, table in refers.items()),
            *(Index(None, "workspace_id", column, "opened_at", "id") for column in refers),
            UniqueConstraint("workspace_id", "journey_id"),
            CheckConstraint("(amount IS NULL) = (currency_code IS NULL)", name="amount_has_currency"),
            CheckConstraint("currency_code ~ '^[A-Z]{3}$'", name="currency_code_shape"),
            Index(None, "workspace_id", "opened_at", "id"),
            Index(None, "workspace_id", "closed_at"),
        )


class BuyingGroupMember(Entity):
    """A contact who takes part in the decision on an opportunity."""

    __tablename__ = "buying_group_member"
    __prefix__ = "bgm"

    opportunity_id: Mapped[UUID]
    contact_id: Mapped[UUID]
    role: Mapped[BuyingRole] = term("role", BuyingRole)
    is_primary: Mapped[bool] = mapped_column(server_default=text("false"))

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (
            references("opportunity_id", "opportunity", ondelete="CASCADE"),
            references("contact_id", "contact"),
            UniqueConstraint("workspace_id", "opportunity_id", "contact_id"),
            Index(
                "uq_buying_group_member_one_primary",
                "workspace_id",
                "opportunity_id",
                unique=True,
                postgresql_where=text("is_primary"),
            ),
            Index(None, "workspace_id", "contact_id"),
        )
