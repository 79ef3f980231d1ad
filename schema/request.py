"""What marketing is asked to make, and why."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from db import models
from db.models import RequestDecision
from schema.entity import Node, entity
from schema.fields import column, to_one
from schema.terms import describe

if TYPE_CHECKING:
    from schema.content import ContentAsset
    from schema.goal import JointGoal
    from schema.opportunity import Opportunity
    from schema.persona import Persona
    from schema.stage import BuyingStage
    from schema.workspace import Member

describe(RequestDecision, "What marketing decided on a request.")


@entity(models.ContentRequest, plural="contentRequests")
class ContentRequest(Node):
    """An ad-hoc request to marketing for content. It serves a joint goal, or says why it is an exception."""

    title: str = column("What is to be made.")
    reason: str = column("Why it is needed.")
    requester: Member = to_one(models.ContentRequest.requester_id, "Who asks for it.")
    goal: JointGoal | None = to_one(
        models.ContentRequest.goal_id, "The joint goal that it serves; null for an exception."
    )
    exception: str | None = column("Why it is to be made though it serves no joint goal.")
    persona: Persona | None = to_one(models.ContentRequest.persona_id, "The persona it is for.")
    buying_stage: BuyingStage | None = to_one(models.ContentRequest.buying_stage_id, "The buying stage it is for.")
    opportunity: Opportunity | None = to_one(
        models.ContentRequest.opportunity_id, "The opportunity in which it is needed."
    )
    requested_at: datetime = column("When it was asked for.")
    needed_by: date | None = column("The day by which it is needed.")
    effort_hours: Decimal | None = column("The hours that marketing expects it to take.")
    decision: RequestDecision | None = column("What was decided; null while nothing is.")
    decision_reason: str | None = column("Why it was decided so.")
    decided_at: datetime | None = column("When it was decided.")
    decided_by: Member | None = to_one(models.ContentRequest.decided_by_id, "Who decided.")
    asset: ContentAsset | None = to_one(models.ContentRequest.asset_id, "The content that came of it.")
