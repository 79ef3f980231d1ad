from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import AlignmentSurvey, ContentRequest, Plan, Review, ReviewValue, SurveyAnswer
from tests.factories.base import add

MOMENT = datetime(2026, 3, 2, 9, tzinfo=UTC)


async def plan(connection: AsyncConnection, workspace_id: UUID, **values: Any) -> UUID:
    usual = {
        "workspace_id": workspace_id,
        "name": "Joint plan 2026",
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2027, 1, 1),
    }
    return await add(connection, Plan, usual, **values)


async def review(connection: AsyncConnection, workspace_id: UUID, **values: Any) -> UUID:
    return await add(connection, Review, {"workspace_id": workspace_id, "title": "Review", "held_at": MOMENT}, **values)


async def review_value(connection: AsyncConnection, workspace_id: UUID, review_id: UUID, **values: Any) -> UUID:
    usual = {
        "workspace_id": workspace_id,
        "review_id": review_id,
        "position": 1,
        "metric": "WIN_RATE",
        "label": "Win rate",
        "unit": "RATIO",
    }
    return await add(connection, ReviewValue, usual, **values)


async def survey(connection: AsyncConnection, workspace_id: UUID, **values: Any) -> UUID:
    usual = {"workspace_id": workspace_id, "title": "March", "question": "How well?", "opened_at": MOMENT}
    return await add(connection, AlignmentSurvey, usual, **values)


async def survey_answer(
    connection: AsyncConnection, workspace_id: UUID, survey_id: UUID, member_id: UUID, **values: Any
) -> UUID:
    usual = {
        "workspace_id": workspace_id,
        "survey_id": survey_id,
        "member_id": member_id,
        "score": 7,
        "answered_at": MOMENT,
    }
    return await add(connection, SurveyAnswer, usual, **values)


async def content_request(connection: AsyncConnection, workspace_id: UUID, requester_id: UUID, **values: Any) -> UUID:
    usual = {
        "workspace_id": workspace_id,
        "title": "Slides",
        "reason": "The board wants a figure.",
        "requester_id": requester_id,
        "requested_at": MOMENT,
    }
    return await add(connection, ContentRequest, usual, **values)
