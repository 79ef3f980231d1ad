"""What each department commits to, signed by both."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped

from db.models.base import Entity, linked, term
from db.models.workspace import Department


class Plan(Entity):
    """A plan for a half-open period, in force once each department approved it."""

    __tablename__ = "plan"
    __prefix__ = "plan"

    name: Mapped[str]
    summary: Mapped[str | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (CheckConstraint("ends_on > starts_on", name="days_in_order"),)


class PlanCommitment(Entity):
    """What one department commits to in a plan, perhaps for a joint goal."""

    __tablename__ = "plan_commitment"
    __prefix__ = "commit"

    plan_id: Mapped[UUID]
    department: Mapped[Department] = term("department", Department)
    text: Mapped[str]
    due_on: Mapped[date | None]
    goal_id: Mapped[UUID | None]
    owner_id: Mapped[UUID | None]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return tuple(linked(plan_id="plan", goal_id="joint_goal", owner_id="member"))


class PlanComment(Entity):
    """What a member says of a plan. Append-only."""

    __tablename__ = "plan_comment"
    __prefix__ = "pcom"
    __append_only__ = True

    plan_id: Mapped[UUID]
    member_id: Mapped[UUID]
    text: Mapped[str]
    occurred_at: Mapped[datetime]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return tuple(linked(plan_id="plan", member_id="member"))
