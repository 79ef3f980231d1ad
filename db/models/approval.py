"""What a department agreed to."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from db.models.base import Entity, Term, linked, one_of, references, term
from db.models.workspace import Department

_SUBJECTS = {
    "glossary_version_id": "glossary_version",
    "lead_definition_id": "lead_definition",
    "target_list_id": "target_list",
    "activity_id": "activity",
    "plan_id": "plan",
}


class ApprovalDecision(Term):
    APPROVED = "APPROVED", "The department agrees."
    REJECTED = "REJECTED", "The department does not agree."


class Approval(Entity):
    """A member's decision on behalf of a department. Append-only; each department decides once on each subject.

    An activity's approval is of its list of invitees: both departments say before it begins that the list is ready.
    """

    __tablename__ = "approval"
    __prefix__ = "appr"
    __append_only__ = True

    department: Mapped[Department] = term("department", Department)
    member_id: Mapped[UUID]
    decision: Mapped[ApprovalDecision] = term("decision", ApprovalDecision)
    comment: Mapped[str | None]
    decided_at: Mapped[datetime]
    glossary_version_id: Mapped[UUID | None]
    lead_definition_id: Mapped[UUID | None]
    target_list_id: Mapped[UUID | None]
    activity_id: Mapped[UUID | None]
    plan_id: Mapped[UUID | None]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (
            *linked(member_id="member"),
            *(references(column, table) for column, table in _SUBJECTS.items()),
            *(UniqueConstraint("workspace_id", column, "department") for column in _SUBJECTS),
            one_of(*_SUBJECTS, name="one_subject"),
        )
