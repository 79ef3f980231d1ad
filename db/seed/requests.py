"""What sellers asked marketing to make, and what marketing said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from db.models import ContentAsset, ContentRequest, JointGoal, Member, Opportunity, Persona, RequestDecision
from db.seed.calendar import MINUTES_A_DAY
from db.seed.company import Company

ACCEPTED, DECLINED = RequestDecision.ACCEPTED, RequestDecision.DECLINED


@dataclass(frozen=True)
class Verdict:
    """What was decided so many working days after the request, by whom, why, and the title of what came of it."""

    decision: RequestDecision
    days: int
    by: str
    reason: str | None = None
    asset: str | None = None


@dataclass(frozen=True)
class Wish:
    """A request in words, ``asked`` so many days ago; without ``requester`` a seller asks for an open deal."""

    title: str
    reason: str
    asked: int
    requester: str | None = None
    goal: str | None = None
    exception: str | None = None
    persona: str | None = None
    stage: str | None = None
    days: int | None = None
    hours: str | None = None
    verdict: Verdict | None = None


WISHES = (
    Wish(
        "The Halden Foods case study in French",
        "Without it the buyer's board sees nothing of ours.",
        130,
        "Nadia Kowalczyk",
        exception="No goal asks for French. One large buyer reads nothing else.",
        persona="supply_chain",
        stage="decision",
        days=28,
        hours="6",
        verdict=Verdict(ACCEPTED, 1, "Jonas Lindqvist", asset="Étude de cas : Halden Foods"),
    ),
    Wish(
        "The total cost of ownership on one page",
        "Finance asks for it in every second meeting, and we show a spreadsheet.",
        118,
        "Sofia Brandt",
        goal="win_rate",
        persona="supply_chain",
        stage="consideration",
        days=40,
        hours="12",
        verdict=Verdict(
            ACCEPTED,
            3,
            "Claire Dubois",
            "Three sellers made one of their own this year.",
            "Total cost of ownership, explained on one page",
        ),
    ),
    Wish(
        "The framework agreement in plain words",
        "Procurement stops us at the last step.",
        108,
        "Erik Sandvik",
        goal="win_rate",
        persona="procurement",
        stage="purchase",
        hours="9.5",
        verdict=Verdict(ACCEPTED, 12, "Priya Raman", asset="Framework agreement, explained"),
    ),
    Wish(
        "A brochure in the buyer's own colours",
        "Their purchasing manager likes to see their colours on paper.",
        75,
        exception="It is for one meeting.",
        persona="procurement",
        days=10,
        hours="30",
        verdict=Verdict(
            DECLINED,
            2,
            "Priya Raman",
            "Three days of work for one meeting. The product overview with their logo does it.",
        ),
    ),
    Wish(
        "A checklist for comparing offers",
        "Buyers compare the price of a sensor, not of a year.",
        60,
        "Liam Gallagher-Stone",
        goal="search_and_webinars",
        persona="procurement",
        stage="consideration",
        days=75,
        hours="16",
        verdict=Verdict(
            ACCEPTED,
            9,
            "Claire Dubois",
            "We have nothing for procurement in this stage.",
            "Checklist for comparing sensor offers",
        ),
    ),
    Wish(
        "The price lists of three competitors",
        "I guess them in every negotiation.",
        52,
        "Liam Gallagher-Stone",
        goal="win_rate",
        stage="decision",
        hours="40",
        verdict=Verdict(DECLINED, 6, "Claire Dubois", "We cannot keep other people's prices right."),
    ),
    Wish(
        "Slides on the return on investment",
        "The board wants a figure.",
        34,
        "Aiko Tanaka",
        goal="pipeline",
        persona="supply_chain",
        stage="decision",
        days=7,
        hours="10",
        verdict=Verdict(
            DECLINED, 1, "Jonas Lindqvist", "There already: the payback calculator, and the slides for the board."
        ),
    ),
    Wish(
        "A case study of a quality manager who passed an audit",
        "Their quality manager decides, and we have nothing for them.",
        16,
        goal="win_rate",
        persona="quality",
        stage="decision",
        days=30,
        hours="45",
    ),
    Wish(
        "Answers to the ten usual questions on security",
        "I copy them from old mails.",
        9,
        "Erik Sandvik",
        goal="key_accounts",
        persona="it",
        stage="decision",
    ),
    Wish(
        "A film of a night shift with AisleMap",
        "A buyer runs three shifts and believes none of our pictures.",
        5,
        "Aiko Tanaka",
        exception="The cameras are at the site next week anyway.",
        days=25,
    ),
)


def add_requests(company: Company, personas: dict[str, Persona], goals: dict[str, JointGoal]) -> None:
    """Add the requests: accepted, declined and still open."""
    draws = company.draws("requests")
    members = {member.name: member.id for member in company.rows(Member)}
    for wish in WISHES:
        asked = company.calendar.morning(company.calendar.workday(wish.asked))
        request = ContentRequest(
            title=wish.title,
            reason=wish.reason,
            goal_id=goals[wish.goal].id if wish.goal else None,
            exception=wish.exception,
            persona_id=personas[wish.persona].id if wish.persona else None,
            buying_stage_id=company.buying_stages[wish.stage] if wish.stage else None,
            requested_at=asked,
            needed_by=None if wish.days is None else asked.date() + timedelta(days=wish.days),
            effort_hours=None if wish.hours is None else Decimal(wish.hours),
        )
        if wish.requester is None:
            deal = draws.choice(_open_deals(company, asked))
            assert deal.owner_id is not None
            request.opportunity_id, request.requester_id = deal.id, deal.owner_id
        else:
            request.requester_id = members[wish.requester]
        company.add(request, asked)
        if wish.verdict:
            _decide(company, request, wish.verdict)


def _open_deals(company: Company, at: datetime) -> list[Opportunity]:
    """The opportunities that were open ``at`` the time, and had an owner."""
    return [
        deal
        for deal in company.rows(Opportunity)
        if deal.owner_id is not None and deal.created_at < at and (deal.closed_at is None or deal.closed_at > at)
    ]


def _decide(company: Company, request: ContentRequest, verdict: Verdict) -> None:
    members = {member.name: member.id for member in company.rows(Member)}
    assets = {asset.title: asset.id for asset in company.rows(ContentAsset)}
    request.decision = verdict.decision
    request.decision_reason = verdict.reason
    request.decided_at = company.calendar.later(request.requested_at, verdict.days * MINUTES_A_DAY + 190)
    request.decided_by_id = members[verdict.by]
    request.asset_id = assets[verdict.asset] if verdict.asset else None
    request.updated_at = request.decided_at
