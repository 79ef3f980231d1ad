"""Joint meetings on what was reached, and what is to be done."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Entity, Link, link, linked, texts


class Review(Entity):
    """A meeting of both departments; ``decisions`` are what they decided."""

    __tablename__ = "review"
    __prefix__ = "rev"

    title: Mapped[str]
    held_at: Mapped[datetime]
    notes: Mapped[str | None]
    decisions: Mapped[list[str]] = texts()
    plan_id: Mapped[UUID | None]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return tuple(linked(plan_id="plan"))


class ReviewAttendee(Link):
    """A member took part in a review."""

    __tablename__ = "review_attendee"

    review_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID] = mapped_column(primary_key=True)

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return link("review_id", "review", "member_id", "member")


class ReviewValue(Entity):
    """A metric's value as it was looked at in a review: frozen, so that later events do not change it. Append-only.

    The period is half-open. ``goal_id`` is set where it is the actual value of a joint goal.
    """

    __tablename__ = "review_value"
    __prefix__ = "rval"
    __append_only__ = True

    review_id: Mapped[UUID]
    position: Mapped[int]
    metric: Mapped[str]
    label: Mapped[str]
    goal_id: Mapped[UUID | None]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    value: Mapped[Decimal | None]
    unit: Mapped[str]
    currency_code: Mapped[str | None]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (
            *linked(review_id="review", goal_id="joint_goal"),
            UniqueConstraint("workspace_id", "review_id", "position"),
        )


class ReviewAction(Entity):
    """Something that a review decided to have done, by whom and by when."""

    __tablename__ = "review_action"
    __prefix__ = "ract"

    review_id: Mapped[UUID]
    text: Mapped[str]
    owner_id: Mapped[UUID]
    due_on: Mapped[date]
    done_on: Mapped[date | None]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return tuple(linked(review_id="review", owner_id="member"))
