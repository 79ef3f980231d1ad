"""What marketing is asked to make, and why."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped

from db.models.base import Entity, Term, linked, term


class RequestDecision(Term):
    ACCEPTED = "ACCEPTED", "Marketing makes it."
    DECLINED = "DECLINED", "Marketing does not make it, and says why."


class ContentRequest(Entity):
    """An ad-hoc request to marketing. It serves a joint goal, or says why it is an exception."""

    __tablename__ = "content_request"
    __prefix__ = "creq"

    title: Mapped[str]
    reason: Mapped[str]
    requester_id: Mapped[UUID]
    goal_id: Mapped[UUID | None]
    exception: Mapped[str | None]
    persona_id: Mapped[UUID | None]
    buying_stage_id: Mapped[UUID | None]
    opportunity_id: Mapped[UUID | None]
    requested_at: Mapped[datetime]
    needed_by: Mapped[date | None]
    effort_hours: Mapped[Decimal | None]
    decision: Mapped[RequestDecision | None] = term("decision", RequestDecision, nullable=True)
    decision_reason: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[UUID | None]
    asset_id: Mapped[UUID | None]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (
            *linked(
                requester_id="member",
                goal_id="joint_goal",
                persona_id="persona",
                buying_stage_id="buying_stage",
                opportunity_id="opportunity",
                decided_by_id="member",
                asset_id="content_asset",
            ),
            CheckConstraint("goal_id IS NOT NULL OR exception IS NOT NULL", name="goal_or_exception"),
            CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decision_has_time"),
            CheckConstraint("effort_hours >= 0", name="effort_hours_range"),
            Index(None, "workspace_id", "requested_at", "id"),
        )
