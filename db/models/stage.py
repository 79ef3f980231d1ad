"""The buyer's stages, our stages, and the journeys through them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Entity, Term, linked, references, term
from db.models.workspace import Department


class StageKind(Term):
    LEAD = "LEAD", "A stage of a lead, before there is an opportunity."
    OPPORTUNITY = "OPPORTUNITY", "A stage of an open opportunity."
    WON = "WON", "The buyer bought."
    LOST = "LOST", "The buyer did not buy. Needs a reason."
    DISQUALIFIED = "DISQUALIFIED", "The lead will never buy. Needs a reason."
    RECYCLED = "RECYCLED", "The lead goes back to marketing. Needs a reason."


class BuyingStage(Entity):
    """A stage of the buyer's way to a purchase: ordered data, not an enumeration."""

    __tablename__ = "buying_stage"
    __prefix__ = "bstage"

    key: Mapped[str]
    name: Mapped[str]
    position: Mapped[int]
    marketing_name: Mapped[str | None]
    sales_name: Mapped[str | None]
    buyer_questions: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    exit_criteria: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (UniqueConstraint("workspace_id", "key"), UniqueConstraint("workspace_id", "position"))


class FunnelStage(Entity):
    """A stage of our one funnel, which spans marketing and sales; an opportunity stage may be of one pipeline."""

    __tablename__ = "funnel_stage"
    __prefix__ = "fstage"

    key: Mapped[str]
    name: Mapped[str]
    position: Mapped[int]
    kind: Mapped[StageKind] = term("kind", StageKind)
    department: Mapped[Department | None] = term("department", Department, nullable=True)
    pipeline_id: Mapped[UUID | None]
    win_probability: Mapped[Decimal | None]
    buying_stage_id: Mapped[UUID | None]
    exit_criteria: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (
            references("buying_stage_id", "buying_stage"),
            *linked(pipeline_id="pipeline"),
            CheckConstraint("pipeline_id IS NULL OR kind = 'OPPORTUNITY'", name="pipeline_of_opportunities"),
            UniqueConstraint("workspace_id", "key"),
            Index(None, "workspace_id", "position"),
            Index(None, "workspace_id", "buying_stage_id"),
            CheckConstraint("win_probability BETWEEN 0 AND 1", name="win_probability_range"),
        )


class Journey(Entity):
    """One buyer's way through the funnel: at most one lead and at most one opportunity.

    The lead and the opportunity name their journey. ``origin_lead_id`` is set on a journey that began with a
    further opportunity of a lead whose own journey already has one.
    """

    __tablename__ = "journey"
    __prefix__ = "jrny"

    origin_lead_id: Mapped[UUID | None]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (
            references("origin_lead_id", "lead", closes_cycle=True),
            Index(None, "workspace_id", "origin_lead_id"),
        )


class StageTransition(Entity):
    """A journey entered a stage. Append-only; ordered by ``occurred_at``, then ``sequence`` of arrival.

    ``lead_id`` or ``opportunity_id`` says whose stage changed; ``from_stage_id`` is null where the journey began.
    """

    __tablename__ = "stage_transition"
    __prefix__ = "trans"
    __append_only__ = True

    sequence: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    journey_id: Mapped[UUID]
    lead_id: Mapped[UUID | None]
    opportunity_id: Mapped[UUID | None]
    from_stage_id: Mapped[UUID | None]
    to_stage_id: Mapped[UUID]
    occurred_at: Mapped[datetime]
    member_id: Mapped[UUID | None]
    reason: Mapped[str | None]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (
            references("journey_id", "journey"),
            references("lead_id", "lead"),
            references("opportunity_id", "opportunity"),
            references("from_stage_id", "funnel_stage"),
            references("to_stage_id", "funnel_stage"),
            references("member_id", "member"),
            CheckConstraint("num_nonnulls(lead_id, opportunity_id) = 1", name="one_subject"),
            Index(None, "workspace_id", "journey_id", "occurred_at", "sequence"),
            Index(None, "workspace_id", "lead_id", "occurred_at", "sequence"),
            Index(None, "workspace_id", "opportunity_id", "occurred_at", "sequence"),
            Index(None, "workspace_id", "to_stage_id", "occurred_at", "journey_id"),
            Index(None, "workspace_id", "from_stage_id"),
            Index(None, "workspace_id", "member_id"),
            Index(None, "workspace_id", "occurred_at"),
        )
