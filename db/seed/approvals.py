"""What a member decides on behalf of a department."""

from __future__ import annotations

from datetime import datetime

from db.models import Approval, ApprovalDecision, Entity, Member
from db.seed.company import Company


def approve(company: Company, subject: Entity, member: Member, at: datetime, comment: str | None = None) -> Approval:
    """Let the member's department agree to ``subject``."""
    return _decide(company, subject, member, at, ApprovalDecision.APPROVED, comment)


def reject(company: Company, subject: Entity, member: Member, at: datetime, comment: str) -> Approval:
    """Let the member's department say no to ``subject``, and why."""
    return _decide(company, subject, member, at, ApprovalDecision.REJECTED, comment)


def _decide(
    company: Company, subject: Entity, member: Member, at: datetime, decision: ApprovalDecision, comment: str | None
) -> Approval:
    approval = Approval(
        department=member.department, member_id=member.id, decision=decision, comment=comment, decided_at=at
    )
    setattr(approval, f"{subject.__tablename__}_id", subject.id)
    return company.add(approval, at)
