"""What each department commits to, signed by both."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from db import models
from db.models import Department
from schema.connection import Connection
from schema.entity import Node, entity
from schema.fields import column, to_many, to_one

if TYPE_CHECKING:
    from schema.approval import Approval
    from schema.goal import JointGoal
    from schema.review import Review
    from schema.workspace import Member


@entity(models.Plan, plural="plans")
class Plan(Node):
    """What marketing and sales will do for each other in a period. It is in force once both approved it."""

    name: str = column("Name of the plan.")
    summary: str | None = column("What it is about, in a few sentences.")
    starts_on: date = column("The first day of its period.")
    ends_on: date = column("The first day after its period.")
    commitments: Connection[PlanCommitment] = to_many(models.PlanCommitment.plan_id, "What each department commits to.")
    comments: Connection[PlanComment] = to_many(models.PlanComment.plan_id, "What members say of it.")
    approvals: Connection[Approval] = to_many(models.Approval.plan_id, "The departments' sign-offs.")
    reviews: Connection[Review] = to_many(models.Review.plan_id, "The meetings that looked at it.")


@entity(models.PlanCommitment, plural="planCommitments")
class PlanCommitment(Node):
    """What one department commits to in a plan."""

    plan: Plan = to_one(models.PlanCommitment.plan_id, "The plan.")
    department: Department = column("The department that commits to it.")
    text: str = column("What the department will do.")
    due_on: date | None = column("The day by which it will be done; null for the whole period.")
    goal: JointGoal | None = to_one(models.PlanCommitment.goal_id, "The joint goal that it serves.")
    owner: Member | None = to_one(models.PlanCommitment.owner_id, "The member who sees to it.")


@entity(models.PlanComment, plural="planComments")
class PlanComment(Node):
    """What a member said of a plan. Comments are never changed."""

    plan: Plan = to_one(models.PlanComment.plan_id, "The plan.")
    member: Member = to_one(models.PlanComment.member_id, "Who said it.")
    text: str = column("What was said.")
    occurred_at: datetime = column("When it was said.")
