"""The words that both departments use, and what each of them means by them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from db.models.base import Entity, linked, texts


class GlossaryTerm(Entity):
    """A word of the shared vocabulary; ``governs`` names the types, fields and metrics of the schema that it rules."""

    __tablename__ = "glossary_term"
    __prefix__ = "term"

    key: Mapped[str]
    name: Mapped[str]
    governs: Mapped[list[str]] = texts()
    owner_id: Mapped[UUID | None]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (*linked(owner_id="member"), UniqueConstraint("workspace_id", "key"))


class GlossaryVersion(Entity):
    """What a term means to each department, and what both agree on. Agreed once each department approved it."""

    __tablename__ = "glossary_version"
    __prefix__ = "gver"

    term_id: Mapped[UUID]
    number: Mapped[int]
    marketing_meaning: Mapped[str | None]
    sales_meaning: Mapped[str | None]
    definition: Mapped[str]
    author_id: Mapped[UUID | None]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (
            *linked(term_id="glossary_term", author_id="member"),
            UniqueConstraint("workspace_id", "term_id", "number"),
            CheckConstraint("number > 0", name="number_range"),
        )
