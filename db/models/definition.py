"""What a qualified lead is, agreed between both departments as data."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Entity, Term, linked, references, term


class DefinitionStatus(Term):
    DRAFT = "DRAFT", "Being written."
    PROPOSED = "PROPOSED", "Put to both departments for approval."
    AGREED = "AGREED", "Approved by both departments and in force; one version at a time is."
    RETIRED = "RETIRED", "No longer in force, kept because leads were judged by it."


class CriterionOperator(Term):
    EQUALS = "EQUALS", "The value is exactly this."
    NOT_EQUALS = "NOT_EQUALS", "There is a value, and it is another."
    IN = "IN", "The value is one of a list."
    AT_LEAST = "AT_LEAST", "The value is this or greater."
    AT_MOST = "AT_MOST", "The value is this or smaller."
    CONTAINS = "CONTAINS", "The text or list has this in it."
    EXISTS = "EXISTS", "There is a value at all."


class LeadDefinition(Entity):
    """A version of the definition: a lead that reaches ``threshold`` and fails no required criterion is qualified."""

    __tablename__ = "lead_definition"
    __prefix__ = "ldef"

    version: Mapped[int]
    status: Mapped[DefinitionStatus] = term("status", DefinitionStatus)
    summary: Mapped[str]
    threshold: Mapped[Decimal]
    author_id: Mapped[UUID | None]
    proposed_at: Mapped[datetime | None]
    agreed_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (
            *linked(author_id="member"),
            UniqueConstraint("workspace_id", "version"),
            CheckConstraint("version > 0", name="version_range"),
            Index(
                "uq_lead_definition_one_agreed", "workspace_id", unique=True, postgresql_where=text("status = 'AGREED'")
            ),
        )


class LeadCriterion(Entity):
    """One condition of a definition: ``field`` of the lead compared with ``value``, worth ``weight`` where it holds."""

    __tablename__ = "lead_criterion"
    __prefix__ = "crit"

    definition_id: Mapped[UUID]
    position: Mapped[int]
    label: Mapped[str]
    field: Mapped[str]
    operator: Mapped[CriterionOperator] = term("operator", CriterionOperator)
    value: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))
    weight: Mapped[Decimal] = mapped_column(server_default="1")
    required: Mapped[bool] = mapped_column(server_default=text("false"))

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (
            references("definition_id", "lead_definition", ondelete="CASCADE"),
            UniqueConstraint("workspace_id", "definition_id", "position"),
            CheckConstraint("weight >= 0", name="weight_range"),
        )
