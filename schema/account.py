"""The companies that buy, and their people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db import models
from resolvers import sharing
from resolvers.timeline import of_account as events_of_account
from schema.connection import Connection
from schema.countable import Countable
from schema.entity import EVERYONE, entity
from schema.fields import column, gathered, through, to_many, to_one
from schema.search import Searchable
from schema.timeline import KINDS, TimelineEvent

if TYPE_CHECKING:
    from schema.activity import Invitation
    from schema.lead import Lead
    from schema.opportunity import BuyingGroupMember, Opportunity
    from schema.persona import Persona
    from schema.target_list import TargetList
    from schema.touchpoint import Touchpoint
    from schema.usage import ContentUsage
    from schema.workspace import Member, Team


@entity(models.Account, plural="accounts", roles=EVERYONE, shared=sharing.with_team)
class Account(Searchable, Countable):
    """A company that buys or may buy."""

    name: str = column("Name of the company.")
    domain: str | None = column("Its internet domain.")
    industry: str | None = column("The industry it is in.")
    employees: int | None = column("How many people work there.")
    country: str | None = column("The country of its seat.")
    tier: str | None = column("How much it matters to us, in our own classes.")
    parent: Account | None = to_one(models.Account.parent_id, "The company that it belongs to.")
    owner: Member | None = to_one(models.Account.owner_id, "The member who looks after it.")
    partner_team: Team | None = to_one(models.Account.partner_team_id, "The team of partners that it is shared with.")
    children: Connection[Account] = to_many(models.Account.parent_id, "Companies that belong to it.")
    contacts: Connection[Contact] = to_many(models.Contact.account_id, "The people we know there.")
    leads: Connection[Lead] = to_many(models.Lead.account_id, "Leads from there.")
    opportunities: Connection[Opportunity] = to_many(models.Opportunity.account_id, "Possible sales to it.")
    usages: Connection[ContentUsage] = to_many(models.ContentUsage.account_id, "Content used for it as a whole.")
    timeline: Connection[TimelineEvent] = gathered(
        events_of_account,
        "Everything that happened with it, its people, its leads and its opportunities, the latest first.",
        KINDS,
    )
    touchpoints: Connection[Touchpoint] = to_many(models.Touchpoint.account_id, "Interactions with it.")
    invitations: Connection[Invitation] = to_many(models.Invitation.account_id, "What it was invited to as a whole.")
    target_lists: Connection[TargetList] = through(
        models.TargetListAccount.account_id, models.TargetListAccount.target_list_id, "The target lists that it is on."
    )


@entity(models.Contact, plural="contacts", roles=EVERYONE, shared=sharing.of_account)
class Contact(Searchable):
    """A person we know at a company."""

    name: str = column("Name of the person.")
    email: str | None = column("E-mail address of the person.")
    title: str | None = column("Job title of the person.")
    account: Account | None = to_one(models.Contact.account_id, "The company the person works for.")
    persona: Persona | None = to_one(models.Contact.persona_id, "The kind of buyer the person is.")
    leads: Connection[Lead] = to_many(models.Lead.contact_id, "Leads of this person.")
    buying_groups: Connection[BuyingGroupMember] = to_many(
        models.BuyingGroupMember.contact_id, "The purchases that the person takes part in."
    )
    usages: Connection[ContentUsage] = to_many(models.ContentUsage.contact_id, "What the person did with content.")
    touchpoints: Connection[Touchpoint] = to_many(models.Touchpoint.contact_id, "Interactions with the person.")
    invitations: Connection[Invitation] = to_many(models.Invitation.contact_id, "What the person was invited to.")
