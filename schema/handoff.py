"""Leads that marketing hands to sales: how fast sales promised to answer, and what it decided."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from db import models
from db.models import HandoffDecision, RejectionReason
from schema.connection import Connection
from schema.entity import Node, entity
from schema.fields import column, to_many, to_one
from schema.terms import describe
from schema.timeline import TimelineEvent

if TYPE_CHECKING:
    from schema.channel import Channel
    from schema.definition import LeadDefinition
    from schema.feedback import LeadFeedback
    from schema.lead import Lead
    from schema.workspace import Member, Team

describe(HandoffDecision, "What sales decided about a lead that was handed over.")
describe(RejectionReason, "Why sales gave a lead back.")


@entity(models.ServiceLevel, plural="serviceLevels")
class ServiceLevel(Node):
    """How fast sales promised to answer leads of a channel or a band of scores; the narrower promise goes first."""

    name: str = column("Name of the promise.")
    channel: Channel | None = to_one(models.ServiceLevel.channel_id, "The channel of the leads; null for any.")
    min_score: int | None = column("The least score of the leads; null for any.")
    max_score: int | None = column("The greatest score of the leads, which belongs to the band; null for any.")
    response_minutes: int = column("The minutes from the hand-over to the first response.")
    business_hours: bool = column("Whether only minutes of business hours count.")
    active: bool = column("Whether the promise is in force for new hand-offs.")
    handoffs: Connection[Handoff] = to_many(models.Handoff.service_level_id, "Hand-offs that it was given for.")


@entity(models.Handoff, plural="handoffs")
class Handoff(TimelineEvent):
    """A lead is handed from marketing to a member or a team of sales, who respond by `dueAt`, and accept or reject it."""

    lead: Lead = to_one(models.Handoff.lead_id, "The lead.")
    from_member: Member | None = to_one(
        models.Handoff.from_member_id, "Who handed it over; null where a rule of scoring did."
    )
    to_member: Member | None = to_one(models.Handoff.to_member_id, "Who got it; null where a team did.")
    to_team: Team | None = to_one(models.Handoff.to_team_id, "The team that got it; null where a member did.")
    definition: LeadDefinition | None = to_one(
        models.Handoff.definition_id, "The definition of a qualified lead in force at the time; null where none was."
    )
    service_level: ServiceLevel | None = to_one(
        models.Handoff.service_level_id, "The promise in force at the time; null where there was none."
    )
    occurred_at: datetime = column("When it was handed over.", name="handed_over_at", filterable=False, sortable=False)
    handed_over_at: datetime = column("When it was handed over.")
    due_at: datetime | None = column("When the first response is due; null where nothing was promised.")
    first_response_at: datetime | None = column("When sales first got in touch with the lead; null while it has not.")
    decision: HandoffDecision | None = column("What sales decided; null while it has not.")
    decided_at: datetime | None = column("When sales decided.")
    decided_by: Member | None = to_one(models.Handoff.decided_by_id, "Who decided.")
    rejection_reason: RejectionReason | None = column("Why the lead was given back; there on every rejection.")
    comment: str | None = column("What sales says of the decision, in words.")
    feedback: Connection[LeadFeedback] = to_many(
        models.LeadFeedback.handoff_id, "What sales found the quality of the lead to be."
    )
