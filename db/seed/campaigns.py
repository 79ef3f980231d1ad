"""The campaigns of the year, what is done within them, and the leads that came of them."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

from db.models import (
    Activity,
    Campaign,
    CampaignStatus,
    Channel,
    Department,
    Lead,
    Member,
    Milestone,
    Opportunity,
    TargetList,
)
from db.seed.company import Company
from db.seed.people import by_name
from db.seed.programme import PROGRAMMES, Programme
from db.seed.schedule import MILESTONES, SCHEDULE, Work
from db.seed.target_lists import add_target_lists

PREPARED_DAYS = 25
LATEST_IDEA = 12
BEFORE_OUR_RECORDS = 700

Ids: TypeAlias = dict[str, UUID]


def add_campaigns(company: Company) -> dict[Activity, Work]:
    """Add the target lists, the campaigns and their activities, and name the campaign that a lead came of.

    The answer has each activity as it was planned.
    """
    members = by_name(company)
    add_target_lists(company, members)
    known = _Known(company)
    activities: dict[Activity, Work] = {}
    campaigns: dict[str, Campaign] = {}
    for programme in PROGRAMMES:
        campaign = campaigns[programme.name] = _add_campaign(company, programme, known)
        for work in SCHEDULE.get(programme.name, ()):
            activity = _activity(company, campaign, work, members)
            _add_milestones(company, activity, work)
            activities[activity] = work
    _name_campaigns(company, campaigns)
    return activities


class _Known:
    """What a campaign may refer to, by what the programme calls it."""

    def __init__(self, company: Company) -> None:
        self.members: Ids = {member.name: member.id for member in company.rows(Member)}
        self.channels: Ids = {channel.key: channel.id for channel in company.rows(Channel)}
        self.lists: Ids = {target_list.name: target_list.id for target_list in company.rows(TargetList)}


def _add_campaign(company: Company, programme: Programme, known: _Known) -> Campaign:
    costs = programme.planned is not None or programme.actual is not None
    campaign = Campaign(
        name=programme.name,
        kind=programme.kind,
        status=_campaign_status(programme),
        objective=programme.objective,
        channel_id=_id(known.channels, programme.channel),
        owner_id=_id(known.members, programme.owner),
        target_list_id=_id(known.lists, programme.targets),
        starts_on=_day(company, programme.begins),
        ends_on=_day(company, programme.ends),
        planned_cost=_cents(programme.planned),
        actual_cost=programme.actual,
        currency_code=programme.currency if costs else None,
    )
    begins = BEFORE_OUR_RECORDS if programme.begins is None else programme.begins
    return company.add(campaign, company.calendar.ago(max(begins + PREPARED_DAYS, LATEST_IDEA)))


def _id(ids: Ids, name: str | None) -> UUID | None:
    return None if name is None else ids[name]


def _day(company: Company, age: int | None) -> date | None:
    return None if age is None else company.calendar.until - timedelta(days=age)


def _cents(amount: int | None) -> Decimal | None:
    return None if amount is None else Decimal(amount).quantize(Decimal("0.01"))


def _campaign_status(programme: Programme) -> CampaignStatus:
    if programme.cancelled:
        return CampaignStatus.CANCELLED
    if programme.begins is not None and programme.begins <= 0:
        return CampaignStatus.PLANNED
    over = programme.ends is not None and programme.ends > 0
    return CampaignStatus.FINISHED if over else CampaignStatus.RUNNING


def _activity(company: Company, campaign: Campaign, work: Work, members: dict[str, Member]) -> Activity:
    starts_at = ends_at = list_ready_by = None
    if work.age is not None:
        starts_at = datetime.combine(company.calendar.workday(work.age), time(work.at), UTC)
        ends_at = starts_at + timedelta(hours=work.hours) if work.hours else None
        list_ready_by = starts_at.date() - timedelta(days=work.guests.ready) if work.guests else None
    activity = Activity(
        campaign_id=campaign.id,
        name=work.name,
        kind=work.kind,
        status=_activity_status(company, campaign, starts_at, ends_at),
        owner_id=members[work.by].id if work.by else campaign.owner_id,
        starts_at=starts_at,
        ends_at=ends_at,
        list_ready_by=list_ready_by,
        cost=_cents(work.cost),
        currency_code=None if work.cost is None else campaign.currency_code,
    )
    return company.add(activity, campaign.created_at)


def _activity_status(
    company: Company, campaign: Campaign, starts_at: datetime | None, ends_at: datetime | None
) -> CampaignStatus:
    if campaign.status is CampaignStatus.CANCELLED:
        return CampaignStatus.CANCELLED
    if starts_at is None or starts_at >= company.calendar.midnight:
        return CampaignStatus.PLANNED
    over = ends_at is not None and ends_at < company.calendar.midnight
    return CampaignStatus.FINISHED if over else CampaignStatus.RUNNING


def _add_milestones(company: Company, activity: Activity, work: Work) -> None:
    draws = company.draws(f"milestones of {work.name}")
    sellers = [member for member in company.rows(Member) if member.department is Department.SALES]
    until = company.calendar.until
    for name, offset, by_sales in MILESTONES[work.kind]:
        assert activity.starts_at is not None
        age = (until - activity.starts_at.date()).days - offset
        done_on = company.calendar.workday(age + draws.choice((4, 2, 1, 1, 0, 0, 0, -1, -5)))
        forgotten = activity.status is CampaignStatus.CANCELLED or draws.random() < 0.1
        company.add(
            Milestone(
                activity_id=activity.id,
                name=name,
                due_on=company.calendar.workday(age),
                done_on=None if forgotten or done_on >= until else done_on,
                owner_id=_owner(draws, activity, sellers if by_sales else []),
            ),
            activity.created_at,
        )


def _owner(draws: random.Random, activity: Activity, sellers: list[Member]) -> UUID | None:
    """A seller, or the activity's owner; or nobody took it on."""
    if draws.random() < 0.08:
        return None
    return draws.choice(sellers).id if sellers else activity.owner_id


def _name_campaigns(company: Company, campaigns: dict[str, Campaign]) -> None:
    """A lead came of the first campaign whose channel, days and search fit it; so did its opportunities."""
    came: dict[UUID, UUID] = {}
    for lead in company.rows(Lead):
        for programme in PROGRAMMES:
            campaign = campaigns[programme.name]
            if _fits(lead, programme, campaign):
                lead.campaign_id = came[lead.id] = campaign.id
                break
    for opportunity in company.rows(Opportunity):
        if opportunity.origin_lead_id is not None:
            opportunity.campaign_id = came.get(opportunity.origin_lead_id)


def _fits(lead: Lead, programme: Programme, campaign: Campaign) -> bool:
    day = lead.received_at.date()
    return (
        campaign.channel_id is not None
        and campaign.channel_id == lead.channel_id
        and campaign.status is not CampaignStatus.CANCELLED
        and (campaign.starts_on is None or campaign.starts_on <= day)
        and (campaign.ends_on is None or day <= campaign.ends_on)
        and (programme.search is None or lead.attributes["utm"]["campaign"] == programme.search)
    )
