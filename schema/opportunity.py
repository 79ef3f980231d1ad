"""A possible sale, and the people who decide on it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from db import models
from db.models import BuyingRole
from resolvers import recommendation
from resolvers.stage import buying_stage as current_buying_stage
from schema.connection import Connection
from schema.entity import Node, entity
from schema.fields import argument, column, money, objects, to_many, to_one
from schema.scalars import Money

if TYPE_CHECKING:
    from schema.account import Account, Contact
    from schema.content import Recommendation
    from schema.lead import Lead
    from schema.stage import BuyingStage, FunnelStage, Journey, StageTransition
    from schema.usage import ContentUsage
    from schema.workspace import Member


@entity(models.Opportunity, plural="opportunities")
class Opportunity(Node):
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
    origin_lead: Lead | None = to_one(models.Opportunity.origin_lead_id, "The lead that it came from.")
    buying_stage: BuyingStage | None = objects(current_buying_stage, "The buyer's stage that corresponds to its stage.")
    journey: Journey = to_one(models.Opportunity.journey_id, "Its way through the funnel.")
    transitions: Connection[StageTransition] = to_many(
        models.StageTransition.opportunity_id, "The stages it entered itself."
    )
    buying_group: Connection[BuyingGroupMember] = to_many(
        models.BuyingGroupMember.opportunity_id, "The people who take part in the decision."
    )
    usages: Connection[ContentUsage] = to_many(models.ContentUsage.opportunity_id, "Content used for it.")
    recommended_content: list[Recommendation] = objects(
        recommendation.for_opportunity,
        "The best content for its buying stage and the personas of its buying group and origin lead, best first.",
        argument(int, "How many assets, 1 to 100.", name="first", default=10),
    )


@entity(models.BuyingGroupMember, plural="buyingGroupMembers")
class BuyingGroupMember(Node):
    """A contact who takes part in the decision on an opportunity."""

    opportunity: Opportunity = to_one(models.BuyingGroupMember.opportunity_id, "The opportunity.")
    contact: Contact = to_one(models.BuyingGroupMember.contact_id, "The person.")
    role: BuyingRole = column("The part the person takes.")
    is_primary: bool = column("Whether the person is our first contact there; at most one is.")
