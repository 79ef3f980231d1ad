"""What buyers met of the campaigns: events, letters, calls to many, and advertisements."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from db.models import (
    Activity,
    ActivityKind,
    Campaign,
    CampaignKind,
    CampaignStatus,
    Contact,
    Department,
    Direction,
    Invitation,
    InvitationStatus,
    Member,
    TargetListAccount,
    Touchpoint,
    TouchpointKind,
)
from db.seed.company import Company

IN, OUT = Direction.INBOUND, Direction.OUTBOUND
LETTERS, CALLS, CLICKS = 24, 16, 45
STAMP = Decimal("1.10")
CALL_SUBJECTS = (
    "First call: who looks after the docks?",
    "Called, asked to call again",
    "Called, left a message",
    "Called: sends the number of the site manager",
)


class Log:
    """Where touchpoints are written down."""

    def __init__(self, company: Company) -> None:
        self.company = company

    def add(
        self,
        kind: TouchpointKind,
        at: datetime,
        direction: Direction | None = None,
        department: Department | None = None,
        subject: str | None = None,
        **refers: Any,
    ) -> None:
        """Write down an interaction at ``at``; ``refers`` are its other columns. Costs without a currency are in USD."""
        if refers.get("cost") is not None:
            refers.setdefault("currency_code", "USD")
        touchpoint = Touchpoint(
            kind=kind, occurred_at=at, direction=direction, department=department, subject=subject, **refers
        )
        self.company.add(touchpoint, at)


def add_campaign_touchpoints(company: Company) -> None:
    """Add what the campaigns did to buyers, whether or not a lead came of it."""
    crowd = _Crowd(company)
    for activity in company.rows(Activity):
        if activity.starts_at is None or activity.starts_at >= company.calendar.midnight:
            continue
        if activity.status is CampaignStatus.CANCELLED:
            continue
        if activity.kind is ActivityKind.MAILING:
            crowd.write(activity, activity.starts_at)
        elif activity.kind is ActivityKind.CALL_OUT:
            crowd.call(activity, activity.starts_at)
        elif activity.kind is ActivityKind.ADVERTISEMENT:
            crowd.click(activity, activity.starts_at)
    crowd.attend()


class _Crowd:
    """The people whom campaigns go to."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.draws = company.draws("campaign touchpoints")
        self.log = Log(company)
        self.campaigns = {campaign.id: campaign for campaign in company.rows(Campaign)}
        self.accounts = {contact.id: contact.account_id for contact in company.rows(Contact)}
        self.callers = [member for member in company.rows(Member) if member.department is Department.SALES]
        self.on_list: dict[UUID, set[UUID]] = {}
        for pair in company.rows(TargetListAccount):
            self.on_list.setdefault(pair.target_list_id, set()).add(pair.account_id)

    def write(self, activity: Activity, starts_at: datetime) -> None:
        """A letter, or a mail where the campaign is one of mails, to some people of the list."""
        campaign = self.campaigns[activity.campaign_id]
        by_mail = campaign.kind is CampaignKind.EMAIL
        for contact in self._some(campaign, LETTERS):
            self.log.add(
                TouchpointKind.EMAIL if by_mail else TouchpointKind.OTHER,
                starts_at + timedelta(minutes=self.draws.randint(0, 50)),
                OUT,
                Department.MARKETING,
                activity.name,
                cost=None if by_mail else STAMP,
                **self._refers(activity, contact.id, contact.account_id),
            )

    def call(self, activity: Activity, starts_at: datetime) -> None:
        """A seller calls some people of the list, over the days of the activity."""
        caller = next((one for one in self.callers if one.id == activity.owner_id), self.callers[0])
        days = (activity.ends_at - starts_at).total_seconds() / 86_400 if activity.ends_at else 30.0
        for contact in self._some(self.campaigns[activity.campaign_id], CALLS):
            self.log.add(
                TouchpointKind.CALL,
                self.company.calendar.within(starts_at, self.draws.uniform(0.01, days)),
                OUT,
                caller.department,
                self.draws.choice(CALL_SUBJECTS),
                member_id=caller.id,
                **self._refers(activity, contact.id, contact.account_id),
            )

    def click(self, activity: Activity, starts_at: datetime) -> None:
        """People of whom we know nothing click on an advertisement: each click has its price."""
        ends_at = min(activity.ends_at or self.company.calendar.midnight, self.company.calendar.midnight)
        for _ in range(CLICKS):
            at = starts_at + timedelta(seconds=int(self.draws.random() * (ends_at - starts_at).total_seconds()))
            self.log.add(
                TouchpointKind.ADVERTISEMENT,
                at,
                IN,
                Department.MARKETING,
                cost=price_of_a_click(self.draws),
                **self._refers(activity, None, None),
            )

    def attend(self) -> None:
        """Whoever came to an activity was there: the invitations say who."""
        activities = {activity.id: activity for activity in self.company.rows(Activity)}
        for invitation in self.company.rows(Invitation):
            activity = activities[invitation.activity_id]
            if invitation.status is not InvitationStatus.ATTENDED or activity.starts_at is None:
                continue
            contact_id = invitation.contact_id
            account_id = self.accounts[contact_id] if contact_id else invitation.account_id
            self.log.add(
                TouchpointKind.EVENT,
                activity.starts_at + timedelta(minutes=self.draws.randint(0, 40)),
                IN,
                Department.MARKETING,
                activity.name,
                **self._refers(activity, contact_id, account_id),
            )

    def _some(self, campaign: Campaign, number: int) -> list[Contact]:
        accounts = self.on_list[campaign.target_list_id] if campaign.target_list_id else None
        contacts = [
            contact for contact in self.company.rows(Contact) if accounts is None or contact.account_id in accounts
        ]
        return self.draws.sample(contacts, min(number, len(contacts)))

    def _refers(self, activity: Activity, contact_id: UUID | None, account_id: UUID | None) -> dict[str, Any]:
        campaign = self.campaigns[activity.campaign_id]
        return {
            "campaign_id": campaign.id,
            "activity_id": activity.id,
            "channel_id": campaign.channel_id,
            "contact_id": contact_id,
            "account_id": account_id,
        }


def price_of_a_click(draws: random.Random) -> Decimal:
    """What one click on an advertisement costs, in whole cents."""
    return Decimal(draws.randint(180, 960)) / 100
