"""Who is invited to the activities, whether both departments agreed to the list, and who came."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from uuid import UUID

from db.models import Account, Activity, Campaign, Contact, Invitation, InvitationStatus, TargetListAccount
from db.seed.approvals import approve, reject
from db.seed.company import Company
from db.seed.people import by_name
from db.seed.schedule import Guests, Work
from db.seed.target_lists import MARKETING_SPEAKER, SALES_SPEAKER

OUTCOMES = {
    InvitationStatus.ATTENDED: 36,
    InvitationStatus.ACCEPTED: 13,
    InvitationStatus.DECLINED: 21,
    InvitationStatus.INVITED: 30,
}
"""What became of a hundred invitations to something that is over; who accepted only did not come."""

ANSWERS = {InvitationStatus.ACCEPTED: 35, InvitationStatus.DECLINED: 15, InvitationStatus.INVITED: 50}
"""The same while it is still to come."""

WHOLE_ACCOUNTS = 0.12
"""The share of invitations that go to a company, which sends whom it likes."""

WALKED_IN = 0.08
"""The share of guests who came without an answer."""


def add_invitations(company: Company, activities: dict[Activity, Work]) -> None:
    """Add the approvals of the lists, and the invitations that went out with them or without."""
    draws = company.draws("invitations")
    contacts = _contacts(company)
    for activity, work in activities.items():
        if work.guests is not None:
            _decide(company, activity, work.guests)
            _invite(company, draws, contacts[activity.campaign_id], activity, work.guests)


def _contacts(company: Company) -> dict[UUID, list[Contact]]:
    """Whom each campaign may invite: the people of its target list, or everybody at an account that has an owner."""
    on_list: dict[UUID, set[UUID]] = {}
    for pair in company.rows(TargetListAccount):
        on_list.setdefault(pair.target_list_id, set()).add(pair.account_id)
    owned = {account.id for account in company.rows(Account) if account.owner_id is not None}
    contacts = company.rows(Contact)
    found = {}
    for campaign in company.rows(Campaign):
        accounts = on_list[campaign.target_list_id] if campaign.target_list_id else owned
        found[campaign.id] = [contact for contact in contacts if contact.account_id in accounts]
    return found


def _decide(company: Company, activity: Activity, guests: Guests) -> None:
    members = by_name(company)
    if guests.marketing is not None:
        approve(company, activity, members[MARKETING_SPEAKER], company.calendar.ago(guests.marketing))
    if guests.sales is None:
        return
    decided_at = company.calendar.ago(guests.sales)
    if guests.objection is None:
        approve(company, activity, members[SALES_SPEAKER], decided_at)
    else:
        reject(company, activity, members[SALES_SPEAKER], decided_at, guests.objection)


def _invite(
    company: Company, draws: random.Random, contacts: list[Contact], activity: Activity, guests: Guests
) -> None:
    """Send the letters in the course of a morning. An account that is invited as a whole brings whom it likes."""
    invited_at = company.calendar.ago(guests.invited)
    whole: set[UUID] = set()
    for contact in draws.sample(contacts, min(guests.number, len(contacts))):
        if contact.account_id in whole:
            continue
        as_account = contact.account_id is not None and draws.random() < WHOLE_ACCOUNTS
        if as_account and contact.account_id is not None:
            whole.add(contact.account_id)
        at = invited_at + timedelta(minutes=draws.randint(0, 120))
        status, responded_at = _answer(company, draws, activity, at)
        company.add(
            Invitation(
                activity_id=activity.id,
                contact_id=None if as_account else contact.id,
                account_id=contact.account_id if as_account else None,
                status=status,
                invited_at=at,
                responded_at=responded_at,
            ),
            at,
        ).updated_at = responded_at or at


def _answer(
    company: Company, draws: random.Random, activity: Activity, invited_at: datetime
) -> tuple[InvitationStatus, datetime | None]:
    """What became of an invitation, and when it was answered: before the activity, and before the year's end."""
    assert activity.starts_at is not None
    over = activity.starts_at < company.calendar.midnight
    shares = OUTCOMES if over else ANSWERS
    (status,) = draws.choices(list(shares), list(shares.values()))
    walked_in = status is InvitationStatus.ATTENDED and draws.random() < WALKED_IN
    if status is InvitationStatus.INVITED or walked_in:
        return status, None
    latest = min(activity.starts_at, company.calendar.midnight) - timedelta(minutes=10)
    seconds = (latest - invited_at).total_seconds() * draws.betavariate(1.2, 2.5)
    return status, invited_at + timedelta(seconds=int(seconds))
