"""Customers who buy again: the renewal pipeline beyond the few that sellers opened by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from db.models import Account, BuyingGroupMember, Journey, Opportunity
from db.seed.company import Company
from db.seed.journeys import Path, record

# The path of each renewal, with the working days before the end of the year on which its stages were entered.
RENEWALS: tuple[tuple[Path, tuple[float, ...]], ...] = (
    (("usage_review", "renewal_offer", "renewal_terms", "won"), (48.2, 39.6, 21.3, 12.4)),
    (("usage_review", "renewal_offer", "renewal_terms"), (31.5, 17.1, 4.8)),
)
# Taken over from a list that the key accounts' team kept by itself: nobody noted when the talks began.
UNDATED = ("usage_review", "usage_review", "renewal_offer")
TAKEN_OVER = 26
LAST_FIRST_ORDER = 55.0
SHARE = Decimal("0.35")


@dataclass(frozen=True)
class Customer:
    """An account that bought, and what it bought first."""

    account: Account
    first: Opportunity


def add_renewals(company: Company) -> None:
    """Add the renewals of the customers who bought first, each in the journey of its own that names the origin lead."""
    customers = _customers(company)
    for path, days in RENEWALS:
        steps = [company.calendar.end - ago for ago in days]
        opened = company.calendar.moment(steps[0])
        renewal = _add_renewal(company, next(customers), Opportunity(opened_at=opened), company.calendar.end - days[0])
        record(company, renewal, path, steps)
        if renewal.closed_at is not None:
            renewal.expected_close_on = renewal.closed_at.date()
    for stage in UNDATED:
        held = Opportunity(stage_id=company.funnel_stages[stage])
        _add_renewal(company, next(customers), held, company.calendar.end - TAKEN_OVER)


def _customers(company: Company) -> Iterator[Customer]:
    """Who bought, and has not come back yet; the earliest orders first."""
    accounts = {account.id: account for account in company.rows(Account)}
    returned = {journey.origin_lead_id for journey in company.rows(Journey)}
    before = company.calendar.moment(company.calendar.end - LAST_FIRST_ORDER)
    won = [one for one in company.rows(Opportunity) if one.stage_id == company.funnel_stages["won"]]
    seen: set[UUID] = set()
    for first in sorted(won, key=lambda one: (one.closed_at, one.id)):
        early = first.closed_at is not None and first.closed_at < before
        if (
            early
            and first.account_id
            and first.origin_lead_id not in {None, *returned}
            and first.account_id not in seen
        ):
            seen.add(first.account_id)
            yield Customer(accounts[first.account_id], first)


def _add_renewal(company: Company, customer: Customer, renewal: Opportunity, position: float) -> Opportunity:
    """Put ``renewal`` into the company: a part of the first order, for the people who decided on that."""
    first, at = customer.first, company.calendar.moment(position)
    assert first.amount is not None, "what was sold has an amount"
    renewal.journey_id = company.add(Journey(origin_lead_id=first.origin_lead_id), at).id
    renewal.origin_lead_id = first.origin_lead_id
    renewal.account_id = customer.account.id
    renewal.name = f"{customer.account.name}: renewal of {first.name.partition(': ')[2]}"
    renewal.amount, renewal.currency_code = (first.amount * SHARE).quantize(Decimal("0.01")), first.currency_code
    renewal.owner_id = first.owner_id
    renewal.expected_close_on = company.calendar.until + timedelta(days=45)
    company.add(renewal, at)
    for seat in [seat for seat in company.rows(BuyingGroupMember) if seat.opportunity_id == first.id]:
        again = BuyingGroupMember(
            opportunity_id=renewal.id, contact_id=seat.contact_id, role=seat.role, is_primary=seat.is_primary
        )
        company.add(again, at)
    return renewal
