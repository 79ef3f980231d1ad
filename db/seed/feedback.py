"""What sales says of the leads it got, and what both departments say of the content."""

from __future__ import annotations

import random
from datetime import datetime
from uuid import UUID

from db.models import (
    ContentAsset,
    ContentFeedback,
    ContentKind,
    ContentUsage,
    Department,
    Handoff,
    HandoffDecision,
    Lead,
    LeadFeedback,
    Member,
    RejectionReason,
)
from db.seed.company import Company
from db.seed.phrases import CONTENT_COMMENTS, FEEDBACK_COMMENTS, FEEDBACK_REASONS

# How likely sales says something: of a lead that was decided on, of one of its own, of content that was used.
OF_A_DECISION, OF_ITS_OWN, OF_CONTENT = 0.62, 0.35, 0.17

# Where a lead is now → the quality, 1 to 5, that sales saw in it, by weight.
QUALITIES: dict[str, tuple[int, int, int, int, int]] = {
    "sal": (1, 3, 5, 3, 1),
    "sql": (0, 1, 4, 6, 3),
    "recycled": (2, 5, 4, 1, 0),
    "mql": (3, 5, 2, 1, 0),
}
OPPORTUNITY_QUALITY = (0, 1, 2, 6, 7)
GIVEN_BACK_QUALITY = (6, 6, 1, 0, 0)
NOT_NOW = {RejectionReason.BAD_TIMING, RejectionReason.NO_BUDGET}
NOT_NOW_QUALITY = (0, 3, 6, 1, 0)

# Marketing likes what it wrote; sellers like what closes.
LONG_READS = {ContentKind.WHITE_PAPER, ContentKind.EBOOK, ContentKind.WEBINAR, ContentKind.ARTICLE}
CLOSERS = {ContentKind.CASE_STUDY, ContentKind.CALCULATOR, ContentKind.PROPOSAL, ContentKind.DATASHEET}
LIKED, MIXED, DISLIKED = (0, 1, 3, 6, 6), (2, 3, 5, 4, 2), (4, 6, 4, 2, 1)


def add_feedback(company: Company) -> None:
    """Add the feedback on leads and on content."""
    _add_lead_feedback(company)
    _add_content_feedback(company)


def _add_lead_feedback(company: Company) -> None:
    draws = company.draws("lead feedback")
    leads = {lead.id: lead for lead in company.rows(Lead)}
    stages = {stage: key for key, stage in company.funnel_stages.items()}
    handed_over = set()
    for handoff in company.rows(Handoff):
        handed_over.add(handoff.lead_id)
        if handoff.decided_by_id is None or handoff.decided_at is None or draws.random() >= OF_A_DECISION:
            continue
        stage = leads[handoff.lead_id].stage_id
        quality = _draw(draws, _qualities(handoff, stages[stage] if stage else ""))
        at = _soon(company, draws, handoff.decided_at)
        _say(company, draws, handoff.lead_id, handoff.decided_by_id, at, quality, handoff)
    for lead in leads.values():
        if lead.sales_owner_id is not None and lead.id not in handed_over and draws.random() < OF_ITS_OWN:
            at = _soon(company, draws, lead.received_at)
            _say(company, draws, lead.id, lead.sales_owner_id, at, _draw(draws, QUALITIES["sal"]), None)


def _qualities(handoff: Handoff, stage: str) -> tuple[int, int, int, int, int]:
    """Sales judges by what came of a lead, not by its score."""
    if handoff.decision is HandoffDecision.REJECTED:
        return NOT_NOW_QUALITY if handoff.rejection_reason in NOT_NOW else GIVEN_BACK_QUALITY
    return QUALITIES.get(stage, OPPORTUNITY_QUALITY)


def _draw(draws: random.Random, weights: tuple[int, int, int, int, int]) -> int:
    return draws.choices(range(1, 6), weights)[0]


def _soon(company: Company, draws: random.Random, moment: datetime) -> datetime:
    return company.calendar.within(moment, draws.uniform(0.005, 4.0))


def _say(
    company: Company,
    draws: random.Random,
    lead_id: UUID,
    member_id: UUID,
    at: datetime,
    quality: int,
    handoff: Handoff | None,
) -> None:
    reasons = draws.sample(FEEDBACK_REASONS[quality], draws.choice((0, 1, 1, 2)))
    if handoff is not None and handoff.rejection_reason is not None:
        reasons = [handoff.rejection_reason.value]
    feedback = LeadFeedback(
        lead_id=lead_id,
        member_id=member_id,
        handoff_id=handoff.id if handoff else None,
        quality=quality,
        reasons=reasons,
        comment=draws.choice(FEEDBACK_COMMENTS[quality]) if draws.random() < 0.45 else None,
        occurred_at=at,
    )
    company.add(feedback, at)


def _add_content_feedback(company: Company) -> None:
    """Whoever used content says what it was like, some time."""
    draws = company.draws("content feedback")
    kinds = {asset.id: asset.kind for asset in company.rows(ContentAsset)}
    departments = {member.id: member.department for member in company.rows(Member)}
    for usage in company.rows(ContentUsage):
        if usage.member_id is None or draws.random() >= OF_CONTENT:
            continue
        kind, at = kinds[usage.asset_id], _soon(company, draws, usage.occurred_at)
        rating = _draw(draws, _ratings(kind, departments[usage.member_id]))
        feedback = ContentFeedback(
            asset_id=usage.asset_id,
            member_id=usage.member_id,
            opportunity_id=usage.opportunity_id,
            rating=rating,
            comment=_comment(draws, kind, rating),
            occurred_at=at,
        )
        company.add(feedback, at)


def _comment(draws: random.Random, kind: ContentKind, rating: int) -> str | None:
    """Whoever is neither pleased nor annoyed writes nothing."""
    liked, disliked = CONTENT_COMMENTS[kind]
    if rating == 3 or draws.random() < 0.4:
        return None
    return liked if rating > 3 else disliked


def _ratings(kind: ContentKind, department: Department) -> tuple[int, int, int, int, int]:
    if department is Department.MARKETING:
        return LIKED if kind in LONG_READS else MIXED
    if kind in CLOSERS:
        return LIKED
    return DISLIKED if kind in LONG_READS else MIXED
