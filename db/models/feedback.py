"""What sales says of the content and the leads that marketing hands over."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped

from db.models.base import Entity, linked, texts


class ContentFeedback(Entity):
    """A member's opinion of an asset, perhaps after using it in an opportunity. Append-only."""

    __tablename__ = "content_feedback"
    __prefix__ = "cfb"
    __append_only__ = True

    asset_id: Mapped[UUID]
    member_id: Mapped[UUID]
    opportunity_id: Mapped[UUID | None]
    rating: Mapped[int]
    comment: Mapped[str | None]
    occurred_at: Mapped[datetime]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (
            *linked(asset_id="content_asset", member_id="member", opportunity_id="opportunity"),
            CheckConstraint("rating BETWEEN 1 AND 5", name="rating_range"),
        )


class LeadFeedback(Entity):
    """What a member of sales found the quality of a lead to be. Append-only."""

    __tablename__ = "lead_feedback"
    __prefix__ = "lfb"
    __append_only__ = True

    lead_id: Mapped[UUID]
    member_id: Mapped[UUID]
    handoff_id: Mapped[UUID | None]
    quality: Mapped[int]
    reasons: Mapped[list[str]] = texts()
    comment: Mapped[str | None]
    occurred_at: Mapped[datetime]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (
            *linked(lead_id="lead", member_id="member", handoff_id="handoff"),
            CheckConstraint("quality BETWEEN 1 AND 5", name="quality_range"),
        )
