"""The money that both departments share, and what it is for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Entity, linked, one_of


class Budget(Entity):
    """An amount for a half-open period: ``ends_on`` is the first day after it."""

    __tablename__ = "budget"
    __prefix__ = "budg"

    name: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    amount: Mapped[Decimal]
    currency_code: Mapped[str]
    owner_id: Mapped[UUID | None]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (
            *linked(owner_id="member"),
            CheckConstraint("amount >= 0", name="amount_range"),
            CheckConstraint("currency_code ~ '^[A-Z]{3}$'", name="currency_code_shape"),
            CheckConstraint("ends_on > starts_on", name="days_in_order"),
        )


class BudgetAllocation(Entity):
    """A part of a budget for one campaign or goal, in the budget's currency, and what of it is spent."""

    __tablename__ = "budget_allocation"
    __prefix__ = "alloc"

    budget_id: Mapped[UUID]
    campaign_id: Mapped[UUID | None]
    goal_id: Mapped[UUID | None]
    amount: Mapped[Decimal]
    spent: Mapped[Decimal] = mapped_column(server_default="0")

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (
            *linked(budget_id="budget", campaign_id="campaign", goal_id="joint_goal"),
            one_of("campaign_id", "goal_id", name="one_purpose"),
            CheckConstraint("amount >= 0 AND spent >= 0", name="amounts_range"),
        )
