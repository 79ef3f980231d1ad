"""What other systems call our entities."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, func
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Tenant


class ExternalRef(Tenant):
    """The key of one entity in another system; ``entity`` is the entity's table.

    ``entity_id`` may point into any entity's table, so no foreign key guards it: whoever deletes an entity
    deletes its references in the same transaction.
    """

    __tablename__ = "external_ref"

    entity: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(primary_key=True)
    entity_id: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (Index(None, "workspace_id", "entity", "entity_id"),)
