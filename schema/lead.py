"""A sign of interest, from the first contact on."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from strawberry.scalars import JSON

from db import models
from resolvers import recommendation, sharing
from resolvers.stage import buying_stage as current_buying_stage
from schema.connection import Connection
from schema.countable import Countable
from schema.entity import EVERYONE, entity
from schema.fields import argument, column, objects, to_many, to_one
from schema.search import Searchable

if TYPE_CHECKING:
    from schema.account import Account, Contact
    from schema.campaign import Campaign
    from schema.channel import Channel
    from schema.content import ContentAsset, Recommendation
    from schema.feedback import LeadFeedback
    from schema.handoff import Handoff
    from schema.opportunity import Opportunity
    from schema.persona import Persona
    from schema.stage import BuyingStage, FunnelStage, Journey, StageTransition
    from schema.touchpoint import Touchpoint
    from schema.usage import ContentUsage
    from schema.workspace import Member, Team


@entity(models.Lead, plural="leads", roles=EVERYONE, shared=sharing.with_team)
class Lead(Searchable, Countable):
    """A person or company that showed interest, from the first contact on."""

    received_at: datetime = column("When the lead reached us.")
    name: str | None = column("Name of the person.")
    company: str | None = column("Name of the company, as the lead gave it.")
    email: str | None = column("E-mail address of the lead.")
    title: str | None = column("Job title of the person.")
    score: int | None = column("How promising the lead is by the rules in force; higher is better.")
    needs: list[str] = column("What the lead asked for or needs.")
    attributes: JSON = column("Whatever else is known, as a JSON object.", filterable=False)
    stage_entered_at: datetime | None = column("When it entered its stage; null where that is not known.")
    contact: Contact | None = to_one(models.Lead.contact_id, "The person, once we know them as a contact.")
    account: Account | None = to_one(models.Lead.account_id, "The company, once we know it as an account.")
    persona: Persona | None = to_one(models.Lead.persona_id, "The kind of buyer the lead is.")
    channel: Channel | None = to_one(models.Lead.channel_id, "The channel it came by: its source.")
    campaign: Campaign | None = to_one(models.Lead.campaign_id, "The campaign that it came of.")
    first_asset: ContentAsset | None = to_one(models.Lead.first_asset_id, "The first content it landed on.")
    owner: Member | None = to_one(models.Lead.owner_id, "The member who looks after it.")
    sales_owner: Member | None = to_one(models.Lead.sales_owner_id, "The member of sales who looks after it.")
    partner_team: Team | None = to_one(models.Lead.partner_team_id, "The team of partners that it is shared with.")
    stage: FunnelStage | None = to_one(models.Lead.stage_id, "The funnel stage its journey is in now.")
    buying_stage: BuyingStage | None = objects(
        current_buying_stage, "The buyer's stage that corresponds to its stage.", roles=EVERYONE
    )
    journey: Journey = to_one(models.Lead.journey_id, "Its way through the funnel.")
    transitions: Connection[StageTransition] = to_many(
        models.StageTransition.journey_id, "All stages that its journey entered.", key="journey_id"
    )
    opportunities: Connection[Opportunity] = to_many(
        models.Opportunity.origin_lead_id, "Possible sales that came of it."
    )
    usages: Connection[ContentUsage] = to_many(models.ContentUsage.lead_id, "Content used for it.")
    touchpoints: Connection[Touchpoint] = to_many(models.Touchpoint.lead_id, "Interactions with it.")
    handoffs: Connection[Handoff] = to_many(models.Handoff.lead_id, "How it was handed from marketing to sales.")
    feedback: Connection[LeadFeedback] = to_many(models.LeadFeedback.lead_id, "What sales found its quality to be.")
    recommended_content: list[Recommendation] = objects(
        recommendation.for_lead,
        "The best content for its buying stage and persona, best first.",
        argument(int, "How many assets, 1 to 100.", name="first", default=10),
        roles=EVERYONE,
    )
