"""The kinds of people who buy, and what they ask on the way."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Entity, Term, references, term


class BuyingRole(Term):
    CHAMPION = "CHAMPION", "Wants the purchase and argues for it inside."
    DECISION_MAKER = "DECISION_MAKER", "Says yes or no."
    INFLUENCER = "INFLUENCER", "Is listened to by those who decide."
    USER = "USER", "Will work with what is bought."
    BUYER = "BUYER", "Handles the purchase: terms, contract, payment."
    GATEKEEPER = "GATEKEEPER", "Decides who gets to talk to the others."
    OTHER = "OTHER", "Takes part in another way."


class Persona(Entity):
    __tablename__ = "persona"
    __prefix__ = "per"

    name: Mapped[str]
    job_titles: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    goals: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    pains: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    default_buying_role: Mapped[BuyingRole | None] = term("default_buying_role", BuyingRole, nullable=True)
    active: Mapped[bool] = mapped_column(server_default=text("true"))


class PersonaQuestion(Entity):
    """A question that a persona asks in one buying stage."""

    __tablename__ = "persona_question"
    __prefix__ = "pq"

    persona_id: Mapped[UUID]
    buying_stage_id: Mapped[UUID]
    position: Mapped[int]
    question: Mapped[str]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (
            references("persona_id", "persona", ondelete="CASCADE"),
            references("buying_stage_id", "buying_stage"),
            UniqueConstraint("workspace_id", "persona_id", "buying_stage_id", "position"),
            Index(None, "workspace_id", "buying_stage_id"),
        )
