"""The leads that marketing handed to sales, as the transitions of the journeys tell it."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from uuid import UUID

from db.models import (
    Handoff,
    HandoffDecision,
    Lead,
    LeadDefinition,
    Member,
    RejectionReason,
    StageTransition,
)
from db.seed.company import Company
from db.seed.leads import Market
from db.seed.phrases import ACCEPTANCE_COMMENTS, REJECTION_COMMENTS, REJECTIONS
from db.seed.promises import add_promises, due, promised

# Of the leads that lie in mql, marketing has handed over this share; sales has answered some, and decided none.
HANDED_OVER, ANSWERED = 0.65, 0.4
# Before the year's end marketing cleared its desk: these had lain there for long.
CLEARED = 0.2
TO_TEAM = 0.24
# A lead that a whole team got waits for somebody to take it.
WORKING_MINUTES, IN_TEAM = 110, 3.0
JUDGED_ON_PAPER = {
    RejectionReason.COMPETITOR,
    RejectionReason.NOT_A_FIT,
    RejectionReason.WRONG_PERSON,
    RejectionReason.BAD_DATA,
}


def add_handoffs(company: Company, market: Market) -> None:
    """Add the service levels, and a hand-off for each time a lead went over to sales, was given back, or waits."""
    desk = _Desk(company, market)
    ways: dict[UUID, list[StageTransition]] = {}
    for transition in company.rows(StageTransition):
        if transition.lead_id is not None:
            ways.setdefault(transition.lead_id, []).append(transition)
    for lead in company.rows(Lead):
        way = sorted(ways.get(lead.id, []), key=lambda transition: transition.occurred_at)
        for before, after in pairwise(way):
            desk.follow(lead, before, after)
        if way:
            desk.wait(lead, way[-1])


class _Desk:
    """Where leads change hands."""

    def __init__(self, company: Company, market: Market) -> None:
        self.company = company
        self.draws = company.draws("handoffs")
        self.stages = {stage: key for key, stage in company.funnel_stages.items()}
        self.members = {member.id: member for member in company.rows(Member)}
        self.sellers = market.people.sellers
        self.promises = add_promises(company)

    def follow(self, lead: Lead, before: StageTransition, after: StageTransition) -> None:
        """Sales took the lead, or gave it back, at the time and by the hand of the transition ``after``."""
        left, entered = self.stages[before.to_stage_id], self.stages[after.to_stage_id]
        if entered == "sal" or (entered == "sql" and left != "sal"):
            handoff = self._hand_over(lead, before, self._between(before, after), after.member_id)
            self._decide(handoff, after, HandoffDecision.ACCEPTED)
        elif left == "mql" and entered in {"disqualified", "recycled"}:
            handoff = self._hand_over(lead, before, self._between(before, after), None)
            self._decide(handoff, after, HandoffDecision.REJECTED)

    def wait(self, lead: Lead, last: StageTransition) -> None:
        """The lead lies in mql to this day: some are with sales, and nobody has decided."""
        if self.stages[last.to_stage_id] != "mql" or self.draws.random() >= HANDED_OVER:
            return
        entered = self.company.calendar.position(last.occurred_at)
        position = entered + self.draws.uniform(0.05, 2.5)
        if self.draws.random() < CLEARED:
            position = max(entered, self._now - self.draws.uniform(0.05, 0.9))
        if position >= self._now:
            return
        handoff = self._hand_over(lead, last, self.company.calendar.moment(position), None)
        responded_at = self._responded_at(handoff)
        if self.draws.random() < ANSWERED and responded_at < self.company.calendar.moment(self._now):
            handoff.first_response_at = handoff.updated_at = responded_at

    def _between(self, before: StageTransition, after: StageTransition) -> datetime:
        """Marketing lets a lead lie for a while, and most of the time passes at sales."""
        start, end = (self.company.calendar.position(step.occurred_at) for step in (before, after))
        return self.company.calendar.moment(start + (end - start) * self.draws.uniform(0.03, 0.4))

    def _hand_over(self, lead: Lead, qualified: StageTransition, at: datetime, taker: UUID | None) -> Handoff:
        """To the seller who took it in the end, or to the seller's team, from which the seller took it."""
        receiver = self.members[taker or lead.sales_owner_id or self.draws.choice(self.sellers).id]
        to_team = receiver.team_id is not None and self.draws.random() < TO_TEAM
        level = promised(self.promises, lead, at)
        handoff = Handoff(
            lead_id=lead.id,
            from_member_id=qualified.member_id or (lead.owner_id if self.draws.random() < 0.6 else None),
            to_member_id=None if to_team else receiver.id,
            to_team_id=receiver.team_id if to_team else None,
            definition_id=self._definition(at),
            service_level_id=level.id if level else None,
            handed_over_at=at,
            due_at=due(self.company, level, at) if level else None,
        )
        return self.company.add(handoff, at)

    def _definition(self, at: datetime) -> UUID | None:
        """The definition of a qualified lead that was in force."""
        for definition in self.company.rows(LeadDefinition):
            agreed_at, retired_at = definition.agreed_at, definition.retired_at
            if agreed_at is not None and agreed_at <= at and (retired_at is None or at < retired_at):
                return definition.id
        return None

    def _responded_at(self, handoff: Handoff) -> datetime:
        minutes = self.draws.lognormvariate(0.0, 1.2) * WORKING_MINUTES
        if handoff.to_team_id is not None:
            minutes *= IN_TEAM
        return self.company.calendar.later(handoff.handed_over_at, int(minutes))

    def _decide(self, handoff: Handoff, after: StageTransition, decision: HandoffDecision) -> None:
        handoff.decision = decision
        handoff.decided_at = handoff.updated_at = after.occurred_at
        handoff.first_response_at = min(self._responded_at(handoff), after.occurred_at)
        if decision is HandoffDecision.ACCEPTED:
            handoff.decided_by_id = after.member_id
            handoff.comment = self.draws.choice(ACCEPTANCE_COMMENTS) if self.draws.random() < 0.2 else None
        else:
            handoff.decided_by_id = handoff.to_member_id or self._someone_of(handoff.to_team_id)
            self._give_reason(handoff, after)

    def _give_reason(self, handoff: Handoff, after: StageTransition) -> None:
        assert after.reason is not None, "ends have a reason"
        shares = REJECTIONS[after.reason]
        (reason,) = self.draws.choices(list(shares), list(shares.values()))
        handoff.rejection_reason = reason
        # The comment says what, where the reason does not.
        told = reason is RejectionReason.OTHER or self.draws.random() < 0.6
        handoff.comment = self.draws.choice(REJECTION_COMMENTS[reason]) if told else None
        if reason in JUDGED_ON_PAPER and self.draws.random() < 0.4:
            handoff.first_response_at = None

    def _someone_of(self, team: UUID | None) -> UUID:
        return self.draws.choice([member.id for member in self.members.values() if member.team_id == team])

    @property
    def _now(self) -> float:
        return self.company.calendar.end - 0.005
