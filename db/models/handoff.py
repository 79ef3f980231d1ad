"""Leads that marketing hands to sales: how fast sales promised to answer, and what it decided."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Entity, Term, linked, one_of, term


class HandoffDecision(Term):
    ACCEPTED = "ACCEPTED", "Sales takes the lead on."
    REJECTED = "REJECTED", "Sales gives the lead back, and says why."


class RejectionReason(Term):
    NOT_A_FIT = "NOT_A_FIT", "The company is not one that we can help."
    WRONG_PERSON = "WRONG_PERSON", "The person has no part in such a purchase."
    NO_NEED = "NO_NEED", "There is nothing that the lead wants to solve."
    NO_BUDGET = "NO_BUDGET", "There is no money for it."
    BAD_TIMING = "BAD_TIMING", "Not now; perhaps later."
    NO_RESPONSE = "NO_RESPONSE", "The lead does not answer."
    BAD_DATA = "BAD_DATA", "The lead cannot be reached with what we know."
    DUPLICATE = "DUPLICATE", "We know the lead already."
    COMPETITOR = "COMPETITOR", "The lead works for a competitor."
    OTHER = "OTHER", "Something else; the comment says what."


class ServiceLevel(Entity):
    """How fast sales answers leads of a channel or a band of scores; the narrower promise goes before the wider."""

    __tablename__ = "service_level"
    __prefix__ = "sla"

    name: Mapped[str]
    channel_id: Mapped[UUID | None]
    min_score: Mapped[int | None]
    max_score: Mapped[int | None]
    response_minutes: Mapped[int]
    business_hours: Mapped[bool] = mapped_column(server_default=text("false"))
    active: Mapped[bool] = mapped_column(server_default=text("true"))

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (
            *linked(channel_id="channel"),
            CheckConstraint("response_minutes > 0", name="response_minutes_range"),
            CheckConstraint("max_score >= min_score", name="scores_in_order"),
        )


class Handoff(Entity):
    """A lead is handed from marketing to a member or a team of sales, who answer by ``due_at`` and decide."""

    __tablename__ = "handoff"
    __prefix__ = "hand"

    lead_id: Mapped[UUID]
    from_member_id: Mapped[UUID | None]
    to_member_id: Mapped[UUID | None]
    to_team_id: Mapped[UUID | None]
    definition_id: Mapped[UUID | None]
    service_level_id: Mapped[UUID | None]
    handed_over_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    first_response_at: Mapped[datetime | None]
    decision: Mapped[HandoffDecision | None] = term("decision", HandoffDecision, nullable=True)
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[UUID | None]
    rejection_reason: Mapped[RejectionReason | None] = term("rejection_reason", RejectionReason, nullable=True)
    comment: Mapped[str | None]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (
            *linked(
                lead_id="lead",
                from_member_id="member",
                to_member_id="member",
                to_team_id="team",
                definition_id="lead_definition",
                service_level_id="service_level",
                decided_by_id="member",
            ),
            one_of("to_member_id", "to_team_id", name="one_receiver"),
            CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decision_has_time"),
            CheckConstraint(
                "(rejection_reason IS NOT NULL) = (decision IS NOT DISTINCT FROM 'REJECTED')", name="reason"
            ),
            Index(None, "workspace_id", "handed_over_at", "id"),
        )
