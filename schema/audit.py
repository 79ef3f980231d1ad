"""Who changed what."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from strawberry.scalars import JSON

from db import models
from db.models import AuditAction, Role
from schema.entity import Node, entity
from schema.fields import column, to_one
from schema.terms import describe

if TYPE_CHECKING:
    from schema.workspace import ApiToken, Member

describe(AuditAction, "What happened to an entity.")


@entity(models.AuditEntry, plural="auditEntries", roles={Role.MANAGER, Role.ADMIN})
class AuditEntry(Node):
    """One change of one entity: who made it, and what was there before and after. Entries are never changed."""

    occurred_at: datetime = column("When the change was made.")
    action: AuditAction = column("What happened to the entity.")
    subject_type: str = column("The type of the entity, as this schema names it.")
    subject_id: str = column("The id of the entity, which may be gone by now.")
    before: JSON | None = column("The fields that differ, as they were; null where it was made.", filterable=False)
    after: JSON | None = column(
        "The fields that differ, as they are since; null where it was removed.", filterable=False
    )
    member: Member | None = to_one(models.AuditEntry.member_id, "The member who made it; null where a program did.")
    api_token: ApiToken | None = to_one(models.AuditEntry.api_token_id, "The token it was made with, if any.")
