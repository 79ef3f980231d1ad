"""What each department agreed to."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from db import models
from db.models import ApprovalDecision, Department
from schema.entity import Node, entity
from schema.fields import column, to_one
from schema.terms import describe

if TYPE_CHECKING:
    from schema.activity import Activity
    from schema.definition import LeadDefinition
    from schema.glossary import GlossaryVersion
    from schema.plan import Plan
    from schema.target_list import TargetList
    from schema.workspace import Member

describe(ApprovalDecision, "What a department says to what was put before it.")


@entity(models.Approval, plural="approvals")
class Approval(Node):
    """A member's decision on behalf of a department. Approvals are never changed; each has exactly one subject."""

    department: Department = column("The department that the member speaks for.")
    decision: ApprovalDecision = column("Whether the department agrees.")
    comment: str | None = column("What the member says about it.")
    decided_at: datetime = column("When the member decided.")
    member: Member = to_one(models.Approval.member_id, "The member who decided.")
    glossary_version: GlossaryVersion | None = to_one(
        models.Approval.glossary_version_id, "The version of a glossary term that was decided on."
    )
    lead_definition: LeadDefinition | None = to_one(
        models.Approval.lead_definition_id, "The definition of a qualified lead that was decided on."
    )
    plan: Plan | None = to_one(models.Approval.plan_id, "The plan that was decided on.")
    target_list: TargetList | None = to_one(
        models.Approval.target_list_id, "The list of target accounts that was decided on."
    )
    activity: Activity | None = to_one(
        models.Approval.activity_id, "The activity whose list of invitees was decided on."
    )
