"""Who did what with which asset, for whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from db.models import (
    Account,
    BuyingGroupMember,
    Contact,
    ContentAsset,
    ContentUsage,
    Lead,
    Member,
    Opportunity,
    UsageAction,
)
from db.seed.company import Company
from db.seed.leads import Market

# What the 1,500 usages were for; the rest of the library's readers nobody knows.
SUBJECTS = {"opportunity": 620, "lead": 480, "account": 150, "nobody": 250}
ACTORS: dict[str, dict[str, float]] = {
    "opportunity": {"member": 60, "contact": 32, "unknown": 8},
    "lead": {"member": 35, "contact": 45, "unknown": 20},
    "account": {"member": 55, "contact": 40, "unknown": 5},
    "nobody": {"member": 25, "unknown": 75},
}
ACTIONS: dict[str, dict[str, float]] = {
    "member": {"SENT": 38, "PRESENTED": 22, "SHARED": 12, "VIEWED": 10, "CUSTOMIZED": 11, "RECREATED": 7},
    "contact": {"VIEWED": 62, "DOWNLOADED": 28, "SHARED": 10},
    "unknown": {"VIEWED": 78, "DOWNLOADED": 22},
}
# Minutes spent: at least, at most, and how often somebody noted them.
MINUTES = {
    UsageAction.PRESENTED: (20, 60, 0.9),
    UsageAction.CUSTOMIZED: (20, 150, 1.0),
    UsageAction.RECREATED: (60, 300, 1.0),
    UsageAction.VIEWED: (1, 25, 0.5),
}


@dataclass(frozen=True)
class Occasion:
    """What a usage was for: the references it carries, its time window, and the contacts and members around it."""

    kind: str
    refers: dict[str, UUID]
    opens: datetime
    closes: datetime
    contacts: list[UUID]
    members: list[UUID]
    channel_id: UUID | None = None


def add_usages(company: Company, market: Market) -> None:
    """Add the usages in the order of time, and count those in won opportunities on their assets."""
    occasions = _Occasions(company, market)
    drafts = [_draft(company, occasions.draw(kind)) for kind in company.deck(SUBJECTS)]
    for at, occasion, actor in sorted(drafts, key=lambda draft: draft[0]):
        _add_usage(company, market, at, occasion, actor)
    _count_won_uses(company)


def _draft(company: Company, occasion: Occasion) -> tuple[datetime, Occasion, str]:
    choices = dict(ACTORS[occasion.kind])
    if not occasion.contacts:
        choices.pop("contact", None)
    actor = company.weighted(choices)
    length = (occasion.closes - occasion.opens).total_seconds()
    at = occasion.opens + timedelta(seconds=int(company.random.uniform(0.0, length)))
    if actor == "member":
        at = _in_working_hours(company, at, occasion)
    return at, occasion, actor


def _in_working_hours(company: Company, at: datetime, occasion: Occasion) -> datetime:
    """The working moment nearest to ``at``; where that leaves the occasion's window, the window's opening."""
    last = company.calendar.end - 0.01
    moment = company.calendar.moment(min(company.calendar.position(at), last))
    return moment if occasion.opens <= moment <= occasion.closes else occasion.opens


def _add_usage(company: Company, market: Market, at: datetime, occasion: Occasion, actor: str) -> None:
    action = UsageAction[company.weighted(ACTIONS[actor])]
    asset = market.library.draw(company, at)
    members = occasion.members or [member.id for member in (*market.people.sellers, *market.people.marketers)]
    channel_id = occasion.channel_id
    if channel_id is None and company.chance(0.5):
        channel_id = company.random.choice(list(market.channels.values())).id
    usage = ContentUsage(
        asset_id=asset.id,
        action=action,
        member_id=company.random.choice(members) if actor == "member" else None,
        contact_id=company.random.choice(occasion.contacts) if actor == "contact" else None,
        channel_id=channel_id,
        minutes=_minutes(company, action),
        occurred_at=at,
        **occasion.refers,
    )
    company.add(usage, at)


def _minutes(company: Company, action: UsageAction) -> Decimal | None:
    least, most, noted = MINUTES.get(action, (0, 0, 0.0))
    return Decimal(company.random.randint(least, most)) if company.chance(noted) else None


def _count_won_uses(company: Company) -> None:
    won = company.funnel_stages["won"]
    sold = {opportunity.id for opportunity in company.rows(Opportunity) if opportunity.stage_id == won}
    uses = Counter(
        usage.asset_id
        for usage in company.rows(ContentUsage)
        if usage.opportunity_id in sold and usage.action != UsageAction.RECREATED
    )
    for asset in company.rows(ContentAsset):
        asset.won_uses = uses[asset.id]


class _Occasions:
    """Everything that content can be used for, by kind."""

    def __init__(self, company: Company, market: Market) -> None:
        self._company = company
        self._active = {member.id for member in company.rows(Member) if member.active}
        self._by_account: dict[UUID | None, list[UUID]] = {}
        for contact in company.rows(Contact):
            self._by_account.setdefault(contact.account_id, []).append(contact.id)
        self._groups: dict[UUID, list[UUID]] = {}
        for seat in company.rows(BuyingGroupMember):
            self._groups.setdefault(seat.opportunity_id, []).append(seat.contact_id)
        self._of_kind = {
            "opportunity": [self._opportunity(opportunity) for opportunity in company.rows(Opportunity)],
            "lead": [self._lead(lead) for lead in company.rows(Lead)],
            "account": [self._account(account) for account in market.accounts],
            "nobody": [self._whole_year("nobody", {}, [], [])],
        }

    def draw(self, kind: str) -> Occasion:
        """One occasion of ``kind``."""
        return self._company.random.choice(self._of_kind[kind])

    def _opportunity(self, opportunity: Opportunity) -> Occasion:
        return Occasion(
            "opportunity",
            {"opportunity_id": opportunity.id},
            opportunity.created_at,
            opportunity.closed_at or self._now,
            self._groups.get(opportunity.id, []),
            self._known([opportunity.owner_id]),
        )

    def _lead(self, lead: Lead) -> Occasion:
        """A lead is looked after for a month."""
        return Occasion(
            "lead",
            {"lead_id": lead.id},
            lead.received_at,
            min(lead.received_at + timedelta(days=30), self._now),
            [lead.contact_id] if lead.contact_id else [],
            self._known([lead.owner_id, lead.sales_owner_id]),
            lead.channel_id,
        )

    def _account(self, account: Account) -> Occasion:
        contacts = self._by_account.get(account.id, [])
        return self._whole_year("account", {"account_id": account.id}, contacts, self._known([account.owner_id]))

    def _whole_year(self, kind: str, refers: dict[str, Any], contacts: list[UUID], members: list[UUID]) -> Occasion:
        return Occasion(kind, refers, self._company.calendar.moment(0.0), self._now, contacts, members)

    def _known(self, members: Iterable[UUID | None]) -> list[UUID]:
        return [member for member in members if member in self._active]

    @property
    def _now(self) -> datetime:
        return self._company.calendar.midnight - timedelta(seconds=1)
