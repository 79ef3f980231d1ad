"""A sign of interest, from the first contact on."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Entity, references


class Lead(Entity):
    """A person or company that showed interest.

    ``stage_id`` and ``stage_entered_at`` are the current stage of the lead's journey, kept here because every
    list of leads shows it. ``stage_entered_at`` is null where the stage is held without a known entry. Partners see
    the leads whose ``partner_team_id`` is their team.
    """

    __tablename__ = "lead"
    __prefix__ = "lead"

    journey_id: Mapped[UUID]
    received_at: Mapped[datetime]
    name: Mapped[str | None]
    company: Mapped[str | None]
    email: Mapped[str | None]
    title: Mapped[str | None]
    contact_id: Mapped[UUID | None]
    account_id: Mapped[UUID | None]
    persona_id: Mapped[UUID | None]
    channel_id: Mapped[UUID | None]
    campaign_id: Mapped[UUID | None]
    first_asset_id: Mapped[UUID | None]
    owner_id: Mapped[UUID | None]
    sales_owner_id: Mapped[UUID | None]
    partner_team_id: Mapped[UUID | None]
    stage_id: Mapped[UUID | None]
    stage_entered_at: Mapped[datetime | None]
    score: Mapped[int | None]
    needs: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    attributes: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        refers = {
            "contact_id": "contact",
            "account_id": "account",
            "persona_id": "persona",
            "channel_id": "channel",
            "campaign_id": "campaign",
            "first_asset_id": "content_asset",
            "owner_id": "member",
            "sales_owner_id": "member",
            "partner_team_id": "team",
            "stage_id": "funnel_stage",
        }
        return (
            references("journey_id", "journey"),
            *(references(column, table) for column, table in refers.items()),
            *(Index(None, "workspace_id", column, "received_at", "id") for column in refers),
            UniqueConstraint("workspace_id", "journey_id"),
            Index(None, "workspace_id", "received_at", "id"),
            Index(None, "workspace_id", "email"),
        )
