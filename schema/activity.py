"""The parts of a campaign: events, calls, mailings, and who is invited to them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from db import models
from db.models import ActivityKind, CampaignStatus, InvitationStatus
from schema.connection import Connection
from schema.entity import Node, entity
from schema.fields import column, money, to_many, to_one
from schema.scalars import Money
from schema.terms import describe

if TYPE_CHECKING:
    from schema.account import Account, Contact
    from schema.approval import Approval
    from schema.campaign import Campaign
    from schema.touchpoint import Touchpoint
    from schema.workspace import Member

describe(ActivityKind, "What kind of thing an activity is.")
describe(InvitationStatus, "What became of an invitation.")


@entity(models.Activity, plural="activities")
class Activity(Node):
    """Something that is done within a campaign, such as a fair, a webinar, a mailing or a call-out."""

    campaign: Campaign = to_one(models.Activity.campaign_id, "The campaign that it belongs to.")
    name: str = column("Name of the activity.")
    kind: ActivityKind = column("What kind of thing it is.")
    status: CampaignStatus = column("Where it stands.")
    owner: Member | None = to_one(models.Activity.owner_id, "The member who looks after it.")
    starts_at: datetime | None = column("When it begins; null while no time is set.")
    ends_at: datetime | None = column("When it ends.")
    list_ready_by: date | None = column("The day before which both departments approve the list of invitees.")
    cost: Money | None = money("What it costs.", amount="cost")
    milestones: Connection[Milestone] = to_many(models.Milestone.activity_id, "What must be done for it, and by when.")
    invitations: Connection[Invitation] = to_many(models.Invitation.activity_id, "Who is invited to it.")
    approvals: Connection[Approval] = to_many(
        models.Approval.activity_id, "What each department decided about its list of invitees."
    )
    touchpoints: Connection[Touchpoint] = to_many(models.Touchpoint.activity_id, "Interactions that were part of it.")


@entity(models.Milestone, plural="milestones")
class Milestone(Node):
    """Something that must be done by a day for an activity to succeed."""

    activity: Activity = to_one(models.Milestone.activity_id, "The activity that needs it.")
    name: str = column("What must be done.")
    due_on: date = column("The day by which it must be done.")
    done_on: date | None = column("The day it was done; null while it is open.")
    owner: Member | None = to_one(models.Milestone.owner_id, "The member who sees to it.")


@entity(models.Invitation, plural="invitations")
class Invitation(Node):
    """A contact, or an account as a whole, is invited to an activity."""

    activity: Activity = to_one(models.Invitation.activity_id, "The activity.")
    contact: Contact | None = to_one(models.Invitation.contact_id, "The person invited; null where it is an account.")
    account: Account | None = to_one(
        models.Invitation.account_id, "The account invited as a whole; null where it is a person."
    )
    status: InvitationStatus = column("What became of it.")
    invited_at: datetime = column("When it was sent.")
    responded_at: datetime | None = column("When it was answered; null where it was not.")
