"""Who helped to win what was won, and who gave thanks for it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from db.models import (
    ContentAsset,
    ContentUsage,
    Contribution,
    Department,
    Lead,
    Member,
    Opportunity,
    Recognition,
    UsageAction,
)
from db.seed.company import Company

# In how many of the deals each helped, where there was somebody to help; shares are in twentieths.
BY_MARKETER, BY_AUTHOR, BY_COLLEAGUE, BY_LEADERSHIP = 0.78, 0.4, 0.35, 0.12
OWNER_SHARES, MARKETER_SHARES, AUTHOR_SHARES = (8, 9, 10, 11, 12), (2, 3, 4, 5), (1, 1, 2)
SMALL_SHARE, WHOLE = 1, 20
# Some sellers say that they did it alone.
ALONE = 0.1

NOTES: dict[str, tuple[str, ...]] = {
    "owner": ("Led the talks from the first visit on.", "Got the decision maker to the table.", "Wrote the offer."),
    "marketer": (
        "Found the lead.",
        "Kept them warm until the money was there.",
        "Set up the visit to a customer's site.",
    ),
    "author": ("Wrote what the board read.", "Made the figures that the buyer used."),
    "colleague": ("Stood in during the holidays.", "Ran the site visit.", "Knew the integrator."),
    "leadership": ("Called their managing director.",),
}
THANKS: dict[Department, tuple[str, ...]] = {
    Department.MARKETING: (
        "They quoted your paper in the meeting. I had nothing to add.",
        "This one came in ready. Thank you for not sending it a month earlier.",
        "The visit that you set up did what three of mine had not.",
    ),
    Department.SALES: (
        "You called within the hour, and they told us so. That is the lead we work for.",
        "Thank you for writing down what they asked. It is in the next edition.",
        "Four halls, and you kept all of them in one offer. Well done.",
    ),
    Department.LEADERSHIP: ("Your call opened the door that we had knocked on for a year.",),
    Department.PARTNER: ("You brought us in, and stayed until the sensors hung. Thank you.",),
}
THANKED = 0.42


class Part(NamedTuple):
    """One member's part in a deal: what they were in it, and their share in twentieths."""

    member: Member
    what: str
    share: int


def add_recognition(company: Company) -> None:
    """Add the contributions to the deals that were won, and the thanks for some."""
    deals = _Deals(company)
    for opportunity in company.rows(Opportunity):
        if opportunity.stage_id == company.funnel_stages["won"] and opportunity.closed_at is not None:
            deals.share_out(opportunity, opportunity.closed_at)


class _Deals:
    """Deals, and the people around them."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.draws = company.draws("recognition")
        self.members = {member.id: member for member in company.rows(Member) if member.active}
        self.leads = {lead.id: lead for lead in company.rows(Lead)}
        self.authors = _authors(company)

    def share_out(self, opportunity: Opportunity, closed_at: datetime) -> None:
        """Write down who says to have helped; what nobody claims is left over."""
        at = self.company.calendar.within(closed_at, self.draws.uniform(0.002, 3.0))
        parts = self._parts(opportunity)
        for part in parts:
            contribution = Contribution(
                opportunity_id=opportunity.id,
                member_id=part.member.id,
                department=part.member.department,
                share=Decimal(part.share) / WHOLE,
                note=self.draws.choice(NOTES[part.what]) if self.draws.random() < 0.7 else None,
            )
            self.company.add(contribution, at)
            self._thank(contribution, part.member, [other.member for other in parts], at)

    def _parts(self, opportunity: Opportunity) -> list[Part]:
        owner = self.members.get(opportunity.owner_id) if opportunity.owner_id else None
        if owner is None:
            return []
        if self.draws.random() < ALONE:
            return [Part(owner, "owner", WHOLE)]
        parts = {owner.id: Part(owner, "owner", self.draws.choice(OWNER_SHARES))}
        for member, what, share in self._supporters(opportunity, owner):
            left = WHOLE - sum(part.share for part in parts.values())
            if member.id not in parts and left > 0:
                parts[member.id] = Part(member, what, min(share, left))
        return list(parts.values())

    def _supporters(self, opportunity: Opportunity, owner: Member) -> list[Part]:
        lead = self.leads.get(opportunity.origin_lead_id) if opportunity.origin_lead_id else None
        marketer = self.members.get(lead.owner_id) if lead and lead.owner_id else None
        authors = [member for key in self.authors.get(opportunity.id, ()) if (member := self.members.get(key))]
        colleagues = [
            member for member in self.members.values() if member.team_id == owner.team_id and member is not owner
        ]
        leaders = [member for member in self.members.values() if member.department is Department.LEADERSHIP]
        supporters = []
        if marketer and self.draws.random() < BY_MARKETER:
            supporters.append(Part(marketer, "marketer", self.draws.choice(MARKETER_SHARES)))
        for pool, what, likely, shares in (
            (authors, "author", BY_AUTHOR, AUTHOR_SHARES),
            (colleagues, "colleague", BY_COLLEAGUE, (SMALL_SHARE, 2 * SMALL_SHARE)),
            (leaders, "leadership", BY_LEADERSHIP, (SMALL_SHARE,)),
        ):
            if pool and self.draws.random() < likely:
                supporters.append(Part(self.draws.choice(pool), what, self.draws.choice(shares)))
        return supporters

    def _thank(self, contribution: Contribution, member: Member, others: list[Member], at: datetime) -> None:
        """Most thanks come from another department: it saw what was not its own work."""
        across = [other for other in others if other.department is not member.department]
        if not across or self.draws.random() >= THANKED:
            return
        said_at = self.company.calendar.within(at, self.draws.uniform(0.002, 6.0))
        recognition = Recognition(
            contribution_id=contribution.id,
            from_member_id=self.draws.choice(across).id,
            message=self.draws.choice(THANKS[member.department]),
            occurred_at=said_at,
        )
        self.company.add(recognition, said_at)


def _authors(company: Company) -> dict[UUID, list[UUID]]:
    """Who owns the content that was used in each opportunity as it is."""
    owners = {asset.id: asset.owner_id for asset in company.rows(ContentAsset)}
    found: dict[UUID, list[UUID]] = {}
    for usage in company.rows(ContentUsage):
        owner_id = owners[usage.asset_id]
        if usage.opportunity_id and owner_id and usage.action is not UsageAction.RECREATED:
            found.setdefault(usage.opportunity_id, []).append(owner_id)
    return found
