"""The words by which entities are found."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Tenant


class SearchTerm(Tenant):
    """A word of an entity, and the weight of the most telling field that it stands in; ``entity`` is its table.

    Derived from the entities by ``db/search.py`` and written by it alone. ``entity_id`` may point into any entity's
    table, so no foreign key guards it: whoever deletes an entity deletes its words in the same transaction.
    """

    __tablename__ = "search_term"
    __derived__ = True

    # In byte order, so that the words with a common beginning are one stretch of the key.
    term: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    entity: Mapped[str] = mapped_column(primary_key=True)
    entity_id: Mapped[UUID] = mapped_column(primary_key=True)
    weight: Mapped[int]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (Index(None, "workspace_id", "entity", "entity_id", "term"),)
