"""A possible sale, and the people who decide on it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from db import models
from db.models import BuyingRole
from resolvers import recommendation, sharing
from resolvers.stage import buying_stage as current_buying_stage
from schema.connection import Connection
from schema.countable import Countable
from schema.entity import EVERYONE, Node, entity
from schema.fields import argument, column, money, objects, to_many, to_one
from schema.scalars import Money
from schema.search import Searchable

if TYPE_CHECKING:
    from schema.account import Account, Contact
    from schema.campaign import Campaign
    from schema.content import Recommendation
    from schema.feedback import ContentFeedback
    from schema.lead import Lead
    from schema.product import OpportunityLine
    from schema.recognition import Contribution
    from schema.request import ContentRequest
    from schema.stage import BuyingStage, FunnelStage, Journey, StageTransition
    from schema.touchpoint import Touchpoint
    from schema.usage import ContentUsage
    from schema.workspace import Member, Team


@entity(models.Opportunity, plural="opportunities", roles=EVERYONE, shared=sharing.with_team)
class Opportunity(Searchable, Countable):
    """A possible sale."""

    opened_at: datetime | None = column("When it was opened; null where that is not known.")
    name: str = column("Name of the opportunity.")
    amount: Money | None = money("What it is worth, or was sold for.", amount="amount")
    expected_close_on: date | None = column("The day on which it should close.")
    closed_at: datetime | None = column("When it was won or lost; null while it is open.")
    lost_reason: str | None = column("Why it was lost.")
    stage_entered_at: datetime | None = column("When it entered its stage; null where that is not known.")
    account: Account | None = to_one(models.Opportunity.account_id, "The company that may buy.")
    stage: FunnelStage | None = to_one(models.Opportunity.stage_id, "The funnel stage it is in now.")
    owner: Member | None = to_one(models.Opportunity.owner_id, "The member who looks after it.")
    partner_team: Team | None = to_one(
        models.Opportunity.partner_team_id, "The team of partners that it is shared with."
    )
    campaign: Campaign | None = to_one(models.Opportunity.campaign_id, "The campaign that it came of.")
    origin_lead: Lead | None = to_one(models.Opportunity.origin_lead_id, "The lead that it came from.")
    buying_stage: BuyingStage | None = objects(
        current_buying_stage, "The buyer's stage that corresponds to its stage.", roles=EVERYONE
    )
    journey: Journey = to_one(models.Opportunity.journey_id, "Its way through the funnel.")
    transitions: Connection[StageTransition] = to_many(
        models.StageTransition.opportunity_id, "The stages it entered itself."
    )
    buying_group: Connection[BuyingGroupMember] = to_many(
        models.BuyingGroupMember.opportunity_id, "The people who take part in the decision."
    )
    lines: Connection[OpportunityLine] = to_many(
        models.OpportunityLine.opportunity_id, "The products it is about, and how much of each."
    )
    usages: Connection[ContentUsage] = to_many(models.ContentUsage.opportunity_id, "Content used for it.")
    content_feedback: Connection[ContentFeedback] = to_many(
        models.ContentFeedback.opportunity_id, "What members thought of the content used for it."
    )
    touchpoints: Connection[Touchpoint] = to_many(models.Touchpoint.opportunity_id, "Interactions about it.")
    contributions: Connection[Contribution] = to_many(models.Contribution.opportunity_id, "Who helped to win it.")
    content_requests: Connection[ContentRequest] = to_many(
        models.ContentRequest.opportunity_id, "Content that was asked for because of it."
    )
    recommended_content: list[Recommendation] = objects(
        recommendation.for_opportunity,
        "The best content for its buying stage and the personas of its buying group and origin lead, best first.",
        argument(int, "How many assets, 1 to 100.", name="first", default=10),
        roles=EVERYONE,
    )


@entity(models.BuyingGroupMember, plural="buyingGroupMembers", roles=EVERYONE, shared=sharing.of_opportunity)
class BuyingGroupMember(Node):
    """A contact who takes part in the decision on an opportunity."""

    opportunity: Opportunity = to_one(models.BuyingGroupMember.opportunity_id, "The opportunity.")
    contact: Contact = to_one(models.BuyingGroupMember.contact_id, "The person.")
    role: BuyingRole = column("The part the person takes.")
    is_primary: bool = column("Whether the person is our first contact there; at most one is.")
