"""What both departments want to reach together."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Entity, Term, linked, term

FILTERS_SHAPE = """jsonb_typeof(filters) = 'object'
    AND NOT jsonb_path_exists(filters, '$.*.type() ? (@ != "array")')
    AND NOT jsonb_path_exists(filters, '$.*[*].type() ? (@ != "string" && @ != "null")')"""
"""An object of lists of texts and nulls."""


class Horizon(Term):
    SHORT = "SHORT", "A month to a quarter: 30 to 90 days."
    LONG = "LONG", "A year or two: 12 to 24 months."


class JointGoal(Entity):
    """A target on a metric of the catalogue, for a period, with an owner in each department.

    The target is ``target`` outright, or ``factor`` times the baseline. The period is half-open: ``ends_on`` is
    the first day after it. Progress is computed from the metric, never stored.

    ``filters`` narrows the metric: of each dimension the keys of values, all of them lists, as a client that asks for
    the metric names them: ``{"CHANNEL": ["fair", null], "TEAM": ["team_…"]}``; null stands for a missing value.
    """

    __tablename__ = "joint_goal"
    __prefix__ = "goal"

    name: Mapped[str]
    metric: Mapped[str]
    filters: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    baseline: Mapped[Decimal | None]
    target: Mapped[Decimal | None]
    factor: Mapped[Decimal | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    horizon: Mapped[Horizon] = term("horizon", Horizon)
    marketing_owner_id: Mapped[UUID | None]
    sales_owner_id: Mapped[UUID | None]
    parent_id: Mapped[UUID | None]
    budget_id: Mapped[UUID | None]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (
            *linked(marketing_owner_id="member", sales_owner_id="member", parent_id="joint_goal", budget_id="budget"),
            CheckConstraint(FILTERS_SHAPE, name="filters_shape"),
            CheckConstraint("num_nonnulls(target, factor) = 1", name="one_target"),
            CheckConstraint("factor IS NULL OR baseline IS NOT NULL", name="factor_has_baseline"),
            CheckConstraint("ends_on > starts_on", name="days_in_order"),
            Index(None, "workspace_id", "starts_on", "id"),
        )
