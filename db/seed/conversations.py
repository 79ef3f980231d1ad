"""What was said and done with each lead and in each opportunity, by both departments."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from db.models import (
    Activity,
    BuyingGroupMember,
    Campaign,
    CampaignKind,
    Channel,
    ContentAsset,
    Department,
    Handoff,
    HandoffDecision,
    Lead,
    Member,
    Opportunity,
    RejectionReason,
    TouchpointKind,
)
from db.seed.company import Company
from db.seed.touchpoints import IN, OUT, Log, price_of_a_click
from db.seed.wording import (
    DEALS,
    FIRST_RESPONSES,
    NURTURE,
    ORIGINS,
    SALES_TALKS,
    UNANSWERED,
    Saying,
)

MARKETING, SALES = Department.MARKETING, Department.SALES
NURTURE_DAYS, SALES_DAYS = 30.0, 12.0
# Accepted leads that nobody spoke with again: they leak.
FORGOTTEN = 0.14
ATTEMPTS = 6
DAYS_AROUND_A_FAIR = 6


def add_conversations(company: Company) -> None:
    """Add the touchpoints of the leads, from how they found us to what sales did, and of the opportunities."""
    talks = _Talks(company)
    handoffs: dict[UUID, list[Handoff]] = {}
    for handoff in company.rows(Handoff):
        handoffs.setdefault(handoff.lead_id, []).append(handoff)
    for lead in company.rows(Lead):
        talks.begin(lead)
        talks.nurture(lead, handoffs.get(lead.id, []))
        for handoff in handoffs.get(lead.id, []):
            talks.follow_up(lead, handoff)
    for opportunity in company.rows(Opportunity):
        talks.negotiate(opportunity)


class _Talks:
    """Both departments at work with buyers."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.draws = company.draws("conversations")
        self.log = Log(company)
        self.channels = {channel.id: channel.key for channel in company.rows(Channel)}
        self.members = {member.id: member for member in company.rows(Member)}
        self.titles = {asset.id: asset.title for asset in company.rows(ContentAsset)}
        self.letters = next(one.id for one in company.rows(Campaign) if one.kind is CampaignKind.EMAIL)
        self.activities: dict[UUID, list[Activity]] = {}
        for activity in company.rows(Activity):
            self.activities.setdefault(activity.campaign_id, []).append(activity)
        self.seats: dict[UUID, list[UUID]] = {}
        for seat in company.rows(BuyingGroupMember):
            self.seats.setdefault(seat.opportunity_id, []).append(seat.contact_id)

    def begin(self, lead: Lead) -> None:
        """How the lead found us, or we it; then the form by which marketing got to know it."""
        channel = self.channels.get(lead.channel_id) if lead.channel_id else None
        if channel is None:
            return
        origin = ORIGINS[channel]
        seller = self.members[lead.sales_owner_id] if lead.sales_owner_id else None
        clicked = origin.kind is TouchpointKind.ADVERTISEMENT
        self.log.add(
            origin.kind,
            lead.received_at - timedelta(minutes=self.draws.randint(2, 25)),
            origin.direction,
            origin.department,
            self.draws.choice(origin.subjects),
            channel_id=lead.channel_id,
            campaign_id=lead.campaign_id,
            activity_id=self._activity(lead),
            member_id=seller.id if seller and seller.department is origin.department else None,
            cost=price_of_a_click(self.draws) if clicked else None,
            **_with(lead),
        )
        if origin.department is MARKETING:
            title = self.titles.get(lead.first_asset_id) if lead.first_asset_id else None
            self.log.add(
                TouchpointKind.FORM,
                lead.received_at,
                IN,
                MARKETING,
                f"Left an address for: {title}" if title else "Asked to be called back",
                channel_id=lead.channel_id,
                campaign_id=lead.campaign_id,
                asset_id=lead.first_asset_id,
                **_with(lead),
            )

    def _activity(self, lead: Lead) -> UUID | None:
        """What the campaign did in the days around the lead's coming, the nearest of it."""
        near = {}
        for activity in self.activities.get(lead.campaign_id, []) if lead.campaign_id else []:
            if activity.starts_at is not None:
                near[abs(activity.starts_at - lead.received_at)] = activity.id
        nearest = min(near, default=None)
        return near[nearest] if nearest is not None and nearest.days < DAYS_AROUND_A_FAIR else None

    def nurture(self, lead: Lead, handoffs: list[Handoff]) -> None:
        """Marketing writes, and the lead comes back to look, until sales has it."""
        until = handoffs[0].handed_over_at if handoffs else self.company.calendar.within(lead.received_at, NURTURE_DAYS)
        for saying in self._sayings(NURTURE, self.draws.choice((0, 1, 1, 2, 2, 3))):
            by_hand = saying.direction is OUT and self.draws.random() < 0.3
            letter = saying.direction is OUT and saying.kind is TouchpointKind.EMAIL
            self._say(
                saying,
                self._between(lead.received_at, until),
                MARKETING,
                member_id=lead.owner_id if by_hand else None,
                campaign_id=self.letters if letter and not by_hand else None,
                **_with(lead),
            )

    def follow_up(self, lead: Lead, handoff: Handoff) -> None:
        """Sales responds at the time that the hand-off says, and goes on from there, or forgets."""
        seller = self._seller(lead, handoff)
        responded_at = handoff.first_response_at
        if responded_at is None:
            return
        (first,) = self._sayings(FIRST_RESPONSES, 1)
        self._by(seller, first, responded_at, **_with(lead))
        until = self.company.calendar.within(handoff.decided_at or responded_at, SALES_DAYS)
        if handoff.rejection_reason is RejectionReason.NO_RESPONSE and handoff.decided_at is not None:
            for _ in range(ATTEMPTS - 1):
                self._by(seller, UNANSWERED, self._between(responded_at, handoff.decided_at), **_with(lead))
        elif handoff.decision is HandoffDecision.ACCEPTED and self.draws.random() >= FORGOTTEN:
            for saying in self._sayings(SALES_TALKS, self.draws.randint(1, 4)):
                self._by(seller, saying, self._between(responded_at, until), **_with(lead))

    def _seller(self, lead: Lead, handoff: Handoff) -> Member:
        """Whoever decided or got the lead; of a team that has not decided, its first member."""
        known = handoff.decided_by_id or handoff.to_member_id or lead.sales_owner_id
        if known is not None:
            return self.members[known]
        return next(member for member in self.members.values() if member.team_id == handoff.to_team_id)

    def negotiate(self, opportunity: Opportunity) -> None:
        """The owner works on it from its opening to its end; marketing writes to the people in it, too."""
        begins = opportunity.opened_at or opportunity.created_at
        until = opportunity.closed_at or self.company.calendar.within(begins, 60.0)
        owner = self.members[opportunity.owner_id] if opportunity.owner_id else None
        if owner is None:
            return
        seats: list[UUID | None] = [*self.seats.get(opportunity.id, [])] or [None]
        for saying in self._sayings(DEALS, self.draws.randint(3, 9)):
            contact_id = None if saying.kind is TouchpointKind.NOTE else self.draws.choice(seats)
            at = self._between(begins, until)
            refers = {"opportunity_id": opportunity.id, "account_id": opportunity.account_id, "contact_id": contact_id}
            if saying.department is MARKETING:
                self._say(
                    saying, at, MARKETING, campaign_id=self.letters if saying.direction is OUT else None, **refers
                )
            else:
                self._by(owner, saying, at, **refers)

    def _by(self, member: Member, saying: Saying, at: datetime, **refers: Any) -> None:
        self._say(saying, at, member.department, member_id=member.id, **refers)

    def _say(self, saying: Saying, at: datetime, department: Department, **refers: Any) -> None:
        subject = self.draws.choice(saying.subjects) if saying.subjects else None
        self.log.add(saying.kind, at, saying.direction, department, subject, **refers)

    def _sayings(self, sayings: Iterable[Saying], number: int) -> list[Saying]:
        pool = list(sayings)
        return self.draws.choices(pool, [saying.weight for saying in pool], k=number)

    def _between(self, first: datetime, last: datetime) -> datetime:
        """A working moment after ``first`` and not after ``last``."""
        position = self.company.calendar.position
        return self.company.calendar.within(first, self.draws.random() * max(position(last) - position(first), 0.0))


def _with(lead: Lead) -> dict[str, Any]:
    return {"lead_id": lead.id, "contact_id": lead.contact_id, "account_id": lead.account_id}
