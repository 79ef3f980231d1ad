"""What is done together to win buyers."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from db import models
from db.models import CampaignKind, CampaignStatus
from schema.connection import Connection
from schema.countable import Countable
from schema.entity import entity
from schema.fields import column, money, through, to_many, to_one
from schema.scalars import Money
from schema.search import Searchable
from schema.terms import describe

if TYPE_CHECKING:
    from schema.activity import Activity
    from schema.budget import BudgetAllocation
    from schema.channel import Channel
    from schema.goal import JointGoal
    from schema.lead import Lead
    from schema.message import Message
    from schema.opportunity import Opportunity
    from schema.target_list import TargetList
    from schema.touchpoint import Touchpoint
    from schema.workspace import Member

describe(CampaignKind, "What kind of thing a campaign is.")
describe(CampaignStatus, "Where a campaign or an activity stands.")


@entity(models.Campaign, plural="campaigns")
class Campaign(Searchable, Countable):
    """Activities with one aim, a time and a cost, and what came of them."""

    name: str = column("Name of the campaign.")
    kind: CampaignKind = column("What kind of thing it is.")
    status: CampaignStatus = column("Where it stands.")
    objective: str | None = column("What it is to reach, in words.")
    starts_on: date | None = column("Its first day; null where that is not known.")
    ends_on: date | None = column("Its last day, which belongs to it; null where it has no end yet.")
    planned_cost: Money | None = money("What it was meant to cost.", amount="planned_cost")
    actual_cost: Money | None = money("What it has cost.", amount="actual_cost")
    channel: Channel | None = to_one(
        models.Campaign.channel_id, "The channel by which it meets buyers; null for several."
    )
    owner: Member | None = to_one(models.Campaign.owner_id, "The member who looks after it.")
    goal: JointGoal | None = to_one(models.Campaign.goal_id, "The joint goal that it serves.")
    target_list: TargetList | None = to_one(models.Campaign.target_list_id, "The accounts that it goes for.")
    activities: Connection[Activity] = to_many(models.Activity.campaign_id, "What is done within it.")
    allocations: Connection[BudgetAllocation] = to_many(
        models.BudgetAllocation.campaign_id, "Parts of budgets that are set aside for it."
    )
    leads: Connection[Lead] = to_many(models.Lead.campaign_id, "Leads that came of it.")
    opportunities: Connection[Opportunity] = to_many(models.Opportunity.campaign_id, "Possible sales that came of it.")
    messages: Connection[Message] = through(
        models.CampaignMessage.campaign_id, models.CampaignMessage.message_id, "The messages that it carries."
    )
    touchpoints: Connection[Touchpoint] = to_many(models.Touchpoint.campaign_id, "Interactions that were part of it.")
