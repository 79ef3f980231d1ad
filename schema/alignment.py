"""How well both departments think that they work together."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from db import models
from schema.connection import Connection
from schema.entity import Node, entity
from schema.fields import column, to_many, to_one

if TYPE_CHECKING:
    from schema.workspace import Member


@entity(models.AlignmentSurvey, plural="alignmentSurveys")
class AlignmentSurvey(Node):
    """A round of one question on how well marketing and sales work together, which each member may answer."""

    title: str = column("Title of the round.")
    question: str = column("The question that members answer by a number from 1 to 10.")
    opened_at: datetime = column("When members could begin to answer.")
    closed_at: datetime | None = column("When it was closed; null while members can answer.")
    answers: Connection[SurveyAnswer] = to_many(models.SurveyAnswer.survey_id, "The answers, one of a member.")


@entity(models.SurveyAnswer, plural="surveyAnswers")
class SurveyAnswer(Node):
    """One member's answer in one round. Answers are never changed."""

    survey: AlignmentSurvey = to_one(models.SurveyAnswer.survey_id, "The round.")
    member: Member = to_one(models.SurveyAnswer.member_id, "Who answered.")
    score: int = column("The answer, from 1 for not at all to 10 for perfectly.")
    comment: str | None = column("Why, in the member's words.")
    answered_at: datetime = column("When the member answered.")
