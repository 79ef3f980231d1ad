"""What the company's rows said at a time: the figures that a review looks at.

They are counted here by plain loops, because a review keeps what was seen then, whatever the metrics say now.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple
from uuid import UUID

from db.models import (
    ContentAsset,
    ContentStatus,
    ContentUsage,
    Handoff,
    HandoffDecision,
    Opportunity,
    StageTransition,
    UsageAction,
)
from db.seed.company import Company
from db.seed.journeys import EXITS

CURRENCY = "USD"


class Days(NamedTuple):
    """A half-open period."""

    starts_on: date
    ends_on: date

    def __contains__(self, moment: object) -> bool:
        return isinstance(moment, datetime) and _midnight(self.starts_on) <= moment < _midnight(self.ends_on)


def win_rate(company: Company, period: Days, at: datetime) -> Decimal | None:
    """Won among all opportunities whose last stage, as it was ``at`` the time, was won or lost in the period."""
    won, lost = company.funnel_stages["won"], company.funnel_stages["lost"]
    ends = [transition.to_stage_id for transition in _last_transitions(company, at) if transition.occurred_at in period]
    return ratio(ends.count(won), ends.count(won) + ends.count(lost))


def open_pipeline(company: Company, at: datetime) -> Decimal:
    """The worth of the opportunities, in dollars, that were open ``at`` the time."""
    ends = {company.funnel_stages[key] for key in EXITS}
    open_ones = {
        transition.opportunity_id for transition in _last_transitions(company, at) if transition.to_stage_id not in ends
    }
    return sum(
        (
            opportunity.amount
            for opportunity in company.rows(Opportunity)
            if opportunity.id in open_ones and opportunity.amount is not None and opportunity.currency_code == CURRENCY
        ),
        Decimal(0),
    )


def acceptance_rate(company: Company, period: Days, at: datetime) -> Decimal | None:
    """Of the leads handed over in the period, the share that sales had accepted ``at`` the time."""
    handed_over = [handoff for handoff in company.rows(Handoff) if handoff.handed_over_at in period]
    accepted = [
        handoff
        for handoff in handed_over
        if handoff.decision == HandoffDecision.ACCEPTED and handoff.decided_at is not None and handoff.decided_at < at
    ]
    return ratio(len(accepted), len(handed_over))


def used_share(company: Company, period: Days) -> Decimal | None:
    """Of the active assets that were out by the period's end, the share that somebody used in it."""
    used = {
        usage.asset_id
        for usage in company.rows(ContentUsage)
        if usage.occurred_at in period and usage.action != UsageAction.RECREATED
    }
    active = [
        asset.id
        for asset in company.rows(ContentAsset)
        if asset.status == ContentStatus.ACTIVE
        and asset.published_on is not None
        and asset.published_on < period.ends_on
    ]
    return ratio(len(used.intersection(active)), len(active))


def ratio(part: int, whole: int) -> Decimal | None:
    """``part`` of ``whole`` to six decimals; None where there is nothing to divide by."""
    if whole == 0:
        return None
    return (Decimal(part) / whole).quantize(Decimal("0.000001"), ROUND_HALF_UP).normalize()


def _last_transitions(company: Company, at: datetime) -> Iterable[StageTransition]:
    """The last transition of each opportunity before ``at``."""
    last: dict[UUID, StageTransition] = {}
    for transition in sorted(company.rows(StageTransition), key=lambda transition: transition.occurred_at):
        if transition.opportunity_id is not None and transition.occurred_at < at:
            last[transition.opportunity_id] = transition
    return last.values()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), UTC)
