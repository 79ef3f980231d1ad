"""What marketing and sales want to reach together: one large goal, and smaller ones that serve it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from db.models import Budget, Campaign, CampaignKind, CampaignStatus, Horizon, JointGoal, Member, Team
from db.seed.company import Company

MONTH_AGO = timedelta(days=30)


@dataclass(frozen=True)
class Aim:
    """A goal in words. ``span`` counts from the end of the year: months for a long goal, days for a short one."""

    name: str
    metric: str
    horizon: Horizon
    span: tuple[int, int]
    target: str | None = None
    baseline: str | None = None
    factor: str | None = None
    marketing: str | None = None
    sales: str | None = None
    parent: str | None = None
    paid: bool = False
    channels: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()


LONG, SHORT = Horizon.LONG, Horizon.SHORT

# Parents before children.
AIMS: dict[str, Aim] = {
    "pipeline": Aim(
        "Double the open pipeline",
        "OPEN_PIPELINE",
        LONG,
        (-12, 12),
        baseline="1250000",
        factor="2",
        marketing="Priya Raman",
        sales="Marcus Oyelaran",
        paid=True,
    ),
    "search_and_webinars": Aim(
        "Twice the pipeline from search and webinars",
        "OPEN_PIPELINE",
        LONG,
        (-12, 12),
        baseline="520000",
        factor="2",
        marketing="Jonas Lindqvist",
        parent="pipeline",
        paid=True,
        channels=("organic_search", "paid_search", "webinar"),
    ),
    "win_rate": Aim(
        "Win two deals of three",
        "WIN_RATE",
        LONG,
        (-6, 6),
        baseline="0.58",
        target="0.66",
        sales="Marcus Oyelaran",
        parent="pipeline",
    ),
    "won": Aim(
        "Win four million in a year",
        "WON_AMOUNT",
        LONG,
        (-6, 6),
        target="4000000",
        marketing="Priya Raman",
        sales="Marcus Oyelaran",
        parent="pipeline",
        paid=True,
    ),
    "won_in_person": Aim(
        "Win 180,000 of it through fairs and webinars",
        "WON_AMOUNT",
        LONG,
        (-6, 6),
        target="180000",
        marketing="Ben Whitaker",
        sales="Erik Sandvik",
        parent="won",
        channels=("trade_show", "webinar"),
    ),
    "key_accounts": Aim(
        "Win more of the key accounts",
        "WIN_RATE",
        SHORT,
        (-60, 30),
        target="0.6",
        sales="Erik Sandvik",
        parent="win_rate",
        teams=("Key Accounts",),
    ),
    "three_of_four": Aim(
        "Sales accepts three hand-offs of four",
        "ACCEPTANCE_RATE",
        SHORT,
        (-150, -60),
        target="0.75",
        marketing="Claire Dubois",
        sales="Sofia Brandt",
        parent="pipeline",
    ),
    "four_of_five": Aim(
        "Sales accepts four hand-offs of five",
        "ACCEPTANCE_RATE",
        SHORT,
        (-60, 30),
        baseline="0.78",
        target="0.8",
        marketing="Claire Dubois",
        sales="Sofia Brandt",
        parent="pipeline",
    ),
    "cost_per_lead": Aim(
        "Cheaper leads from paid search",
        "COST_PER_LEAD",
        LONG,
        (-12, 12),
        baseline="480",
        factor="0.8",
        marketing="Ben Whitaker",
        parent="search_and_webinars",
        paid=True,
        channels=("paid_search",),
    ),
    "used_content": Aim(
        "No content that nobody uses",
        "USED_SHARE",
        LONG,
        (-6, 6),
        baseline="0.85",
        target="0.95",
        marketing="Claire Dubois",
        sales="Nadia Kowalczyk",
        paid=True,
    ),
    "adoption": Aim(
        "Every seller works with the library",
        "CONTENT_ADOPTION",
        SHORT,
        (-60, 30),
        target="1",
        marketing="Jonas Lindqvist",
        sales="Liam Gallagher-Stone",
        parent="used_content",
    ),
}

# The goals that campaigns serve by their kind; the others serve none that anybody named.
SERVED = {
    CampaignKind.ADVERTISING: "search_and_webinars",
    CampaignKind.WEBINAR: "search_and_webinars",
    CampaignKind.EVENT: "pipeline",
    CampaignKind.CALL_OUT: "pipeline",
}


def add_goals(company: Company, budget: Budget) -> dict[str, JointGoal]:
    """Add the goals, each agreed a month before it begins; the answer finds them by the key of :data:`AIMS`."""
    members = {member.name: member.id for member in company.rows(Member)}
    goals: dict[str, JointGoal] = {}
    for key, aim in AIMS.items():
        starts_on, ends_on = _period(company, aim)
        goal = JointGoal(
            name=aim.name,
            metric=aim.metric,
            filters=_filters(company, aim),
            baseline=_decimal(aim.baseline),
            target=_decimal(aim.target),
            factor=_decimal(aim.factor),
            starts_on=starts_on,
            ends_on=ends_on,
            horizon=aim.horizon,
            marketing_owner_id=_owner(members, aim.marketing),
            sales_owner_id=_owner(members, aim.sales),
            parent_id=goals[aim.parent].id if aim.parent else None,
            budget_id=budget.id if aim.paid else None,
        )
        goals[key] = company.add(goal, company.calendar.morning(starts_on - MONTH_AGO))
    return goals


def name_goals(company: Company, goals: dict[str, JointGoal]) -> None:
    """Say of each campaign that goes on which goal it serves."""
    for campaign in company.rows(Campaign):
        key = SERVED.get(campaign.kind)
        if key is not None and campaign.status is not CampaignStatus.CANCELLED:
            campaign.goal_id = goals[key].id


def _period(company: Company, aim: Aim) -> tuple[date, date]:
    starts, ends = aim.span
    if aim.horizon is Horizon.LONG:
        return company.calendar.month(starts), company.calendar.month(ends)
    return company.calendar.until + timedelta(days=starts), company.calendar.until + timedelta(days=ends)


def _filters(company: Company, aim: Aim) -> dict[str, Any]:
    """What the goal is narrowed to: the keys of channels, the public ids of teams."""
    teams = {team.name: f"{Team.__prefix__}_{team.id}" for team in company.rows(Team)}
    filters = {"CHANNEL": list(aim.channels), "TEAM": [teams[name] for name in aim.teams]}
    return {dimension: keys for dimension, keys in filters.items() if keys}


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _owner(members: dict[str, UUID], name: str | None) -> UUID | None:
    return None if name is None else members[name]
