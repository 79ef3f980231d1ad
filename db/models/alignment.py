"""How well both departments think that they work together."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from db.models.base import Entity, linked


class AlignmentSurvey(Entity):
    """A round of one question that each member answers by a number from 1 to 10."""

    __tablename__ = "alignment_survey"
    __prefix__ = "surv"

    title: Mapped[str]
    question: Mapped[str]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (CheckConstraint("closed_at >= opened_at", name="times_in_order"),)


class SurveyAnswer(Entity):
    """One member's answer in one round. Append-only."""

    __tablename__ = "survey_answer"
    __prefix__ = "answ"
    __append_only__ = True

    survey_id: Mapped[UUID]
    member_id: Mapped[UUID]
    score: Mapped[int]
    comment: Mapped[str | None]
    answered_at: Mapped[datetime]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (
            *linked(survey_id="alignment_survey", member_id="member"),
            UniqueConstraint("workspace_id", "survey_id", "member_id"),
            CheckConstraint("score BETWEEN 1 AND 10", name="score_range"),
        )
