"""Who changed what."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Entity, Term, linked, term


class AuditAction(Term):
    CREATED = "CREATED", "It was made."
    UPDATED = "UPDATED", "It was changed."
    DELETED = "DELETED", "It was removed."


class AuditEntry(Entity):
    """One change of one entity. Append-only.

    ``before`` and ``after`` are the columns that differ, by name; the entity is named by its type and its public id,
    because it may be gone.
    """

    __tablename__ = "audit_entry"
    __prefix__ = "audit"
    __append_only__ = True

    occurred_at: Mapped[datetime]
    action: Mapped[AuditAction] = term("action", AuditAction)
    subject_type: Mapped[str]
    subject_id: Mapped[str]
    member_id: Mapped[UUID | None]
    api_token_id: Mapped[UUID | None]
    before: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))
    after: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (
            *linked(member_id="member", api_token_id="api_token"),  # noqa: S106 - the name of a table
            Index(None, "workspace_id", "occurred_at", "id"),
            Index(None, "workspace_id", "subject_id", "occurred_at"),
        )
