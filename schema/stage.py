"""The buyer's stages, our stages, and journeys through them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from db import models
from db.models import Department, StageKind
from schema.commands import CONTRIBUTORS, Info, changed, mutation
from schema.connection import Connection
from schema.countable import Countable
from schema.entity import EVERYONE, Node, entity
from schema.fields import column, to_many, to_one
from schema.terms import describe
from schema.timeline import TimelineEvent
from schema.void import EventVoid, VoidInput, VoidPayload, void_event, voided

if TYPE_CHECKING:
    from schema.content import ContentMapping
    from schema.lead import Lead
    from schema.opportunity import Opportunity
    from schema.persona import PersonaQuestion
    from schema.pipeline import Pipeline
    from schema.request import ContentRequest
    from schema.workspace import Member

describe(StageKind, "What a funnel stage means for the journey that is in it.")


@entity(models.BuyingStage, plural="buyingStages", roles=EVERYONE)
class BuyingStage(Node):
    """A stage of the buyer's way to a purchase, with what each department calls it."""

    key: str = column("Short name of the stage, unique in the workspace.")
    name: str = column("The agreed name of the stage.")
    position: int = column("Its place in the buyer's way, from 1.")
    marketing_name: str | None = column("What marketing calls it.")
    sales_name: str | None = column("What sales calls it.")
    buyer_questions: list[str] = column("What buyers ask in it.")
    exit_criteria: list[str] = column("What must be true for a buyer to leave it forwards.")
    funnel_stages: Connection[FunnelStage] = to_many(
        models.FunnelStage.buying_stage_id, "Our stages that correspond to it."
    )
    content_mappings: Connection[ContentMapping] = to_many(
        models.ContentMapping.buying_stage_id, "Content that fits it, per persona."
    )
    questions: Connection[PersonaQuestion] = to_many(
        models.PersonaQuestion.buying_stage_id, "What each persona asks in it."
    )
    content_requests: Connection[ContentRequest] = to_many(
        models.ContentRequest.buying_stage_id, "Content that was asked for, for this stage."
    )


@entity(models.FunnelStage, plural="funnelStages", roles=EVERYONE)
class FunnelStage(Node):
    """A stage of our one funnel, which spans marketing and sales."""

    key: str = column("Short name of the stage, unique in the workspace.")
    name: str = column("Name of the stage.")
    position: int = column("Its place among all stages.")
    kind: StageKind = column("What it means for a journey to be in it.")
    department: Department | None = column("The department that works on journeys in it.")
    pipeline: Pipeline | None = to_one(
        models.FunnelStage.pipeline_id, "The pipeline it belongs to; null for what all pipelines share."
    )
    win_probability: Decimal | None = column("The chance, 0 to 1, that an opportunity in it will be won.")
    exit_criteria: list[str] = column("What must be true or done to leave it forwards.")
    buying_stage: BuyingStage | None = to_one(
        models.FunnelStage.buying_stage_id, "The buyer's stage it corresponds to."
    )
    leads: Connection[Lead] = to_many(models.Lead.stage_id, "Leads that are in it now.")
    opportunities: Connection[Opportunity] = to_many(models.Opportunity.stage_id, "Opportunities that are in it now.")
    entries: Connection[StageTransition] = to_many(models.StageTransition.to_stage_id, "Transitions into it.")
    exits: Connection[StageTransition] = to_many(models.StageTransition.from_stage_id, "Transitions out of it.")


@entity(models.Journey, plural="journeys")
class Journey(Countable):
    """One buyer's way through the funnel, with at most one lead and one opportunity: the unit that metrics count."""

    origin_lead: Lead | None = to_one(
        models.Journey.origin_lead_id, "The lead that a further opportunity came from, whose own journey is another."
    )
    leads: Connection[Lead] = to_many(models.Lead.journey_id, "Its lead: one, or none.")
    opportunities: Connection[Opportunity] = to_many(models.Opportunity.journey_id, "Its opportunity: one, or none.")
    transitions: Connection[StageTransition] = to_many(models.StageTransition.journey_id, "The stages it entered.")


@entity(models.StageTransition, plural="stageTransitions")
class StageTransition(TimelineEvent, Countable):
    """A journey entered a stage. Transitions are never changed; their order is that of `occurredAt`, then arrival."""

    journey: Journey = to_one(models.StageTransition.journey_id, "The journey.")
    lead: Lead | None = to_one(
        models.StageTransition.lead_id, "The lead whose stage changed; null if an opportunity's."
    )
    opportunity: Opportunity | None = to_one(
        models.StageTransition.opportunity_id, "The opportunity whose stage changed; null if a lead's."
    )
    from_stage: FunnelStage | None = to_one(
        models.StageTransition.from_stage_id, "The stage it came from; null where the journey began."
    )
    to_stage: FunnelStage = to_one(models.StageTransition.to_stage_id, "The stage it entered.")
    occurred_at: datetime = column("When it happened.")
    member: Member | None = to_one(models.StageTransition.member_id, "Who brought it about.")
    reason: str | None = column("Why; always there on an exit.")
    voided: EventVoid | None = voided()


@strawberry.input(description="A transition that should not have been recorded.")
class StageTransitionVoidInput(VoidInput):
    pass


@strawberry.type(description="What became of the transition.")
class StageTransitionVoidPayload(VoidPayload):
    stage_transition: StageTransition | None = changed("The transition; null where it was not found.")


_VoidInput = Annotated[StageTransitionVoidInput, strawberry.argument(description="The transition, and the reason.")]


async def _void(info: Info, input: _VoidInput) -> StageTransitionVoidPayload:
    return await void_event(info, models.StageTransition, input, "stageTransition", StageTransitionVoidPayload)


@strawberry.type
class Mutations:
    stage_transition_void: StageTransitionVoidPayload = mutation(
        _void,
        "Voids a transition: it stays readable, and its journey is where it would be without it.",
        roles=CONTRIBUTORS,
    )
