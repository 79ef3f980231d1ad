"""Joint meetings on what was reached, and what is to be done."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from db import models
from schema.connection import Connection
from schema.entity import Node, entity
from schema.fields import column, through, to_many, to_one

if TYPE_CHECKING:
    from schema.goal import JointGoal
    from schema.plan import Plan
    from schema.workspace import Member


@entity(models.Review, plural="reviews")
class Review(Node):
    """A meeting of marketing and sales on what was reached, and what is to be done."""

    title: str = column("Title of the meeting.")
    held_at: datetime = column("When it began.")
    notes: str | None = column("What was talked about.")
    decisions: list[str] = column("What was decided, a sentence each.")
    plan: Plan | None = to_one(models.Review.plan_id, "The plan that it looked at.")
    attendees: Connection[Member] = through(
        models.ReviewAttendee.review_id, models.ReviewAttendee.member_id, "The members who took part."
    )
    values: Connection[ReviewValue] = to_many(models.ReviewValue.review_id, "The figures that it looked at, frozen.")
    actions: Connection[ReviewAction] = to_many(models.ReviewAction.review_id, "What it asked members to do.")


@entity(models.ReviewValue, plural="reviewValues")
class ReviewValue(Node):
    """A metric's value as a review looked at it. It is frozen: what happens later does not change it."""

    review: Review = to_one(models.ReviewValue.review_id, "The review.")
    position: int = column("Its place among the review's figures, from 1.")
    metric: str = column("The key of the metric, such as `WIN_RATE`.")
    label: str = column("What the figure was called in the review.")
    goal: JointGoal | None = to_one(models.ReviewValue.goal_id, "The joint goal whose actual value it was.")
    starts_on: date | None = column("The first day of its period; null where it was the value at the review's time.")
    ends_on: date | None = column("The first day after its period; null where it was the value at the review's time.")
    value: Decimal | None = column("The value, in its unit; null where there was nothing to divide by.")
    unit: str = column("The unit of the value, such as `RATIO` or `MONEY`.")
    currency_code: str | None = column("The ISO 4217 code of the currency of an amount of money.")


@entity(models.ReviewAction, plural="reviewActions")
class ReviewAction(Node):
    """Something that a review asked a member to do."""

    review: Review = to_one(models.ReviewAction.review_id, "The review.")
    text: str = column("What is to be done.")
    owner: Member = to_one(models.ReviewAction.owner_id, "The member who does it.")
    due_on: date = column("The day by which it is to be done.")
    done_on: date | None = column("The day on which it was done; null while it is not.")
