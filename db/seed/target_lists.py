"""The accounts to go for, and what both departments said about each list of them."""

from __future__ import annotations

from typing import NamedTuple

from db.models import Account, Member, TargetList, TargetListAccount
from db.seed.approvals import approve, reject
from db.seed.company import Company

MARKETING_SPEAKER, SALES_SPEAKER = "Priya Raman", "Marcus Oyelaran"
"""Who decides about lists on behalf of the departments."""


class Consent(NamedTuple):
    """What marketing and sales said, so many days ago; None where a department has said nothing yet."""

    marketing: int
    sales: int | None
    objection: str | None = None
    """Why marketing said no; None where it said yes."""


class Targets(NamedTuple):
    """A target list: the accounts of some industries and tiers, or named ones."""

    name: str
    age: int
    owner: str | None
    description: str | None
    consent: Consent
    industries: tuple[str, ...] = ()
    tiers: str = "ABC"
    names: tuple[str, ...] = ()


LISTS: tuple[Targets, ...] = (
    Targets(
        "Large docks",
        350,
        "Erik Sandvik",
        "Carriers, shops and their warehouses of the tiers A and B: whoever counts trucks by the hour.",
        Consent(348, 346),
        ("Logistics", "Retail"),
        "AB",
    ),
    Targets(
        "Cold chain leaders",
        240,
        "Nadia Kowalczyk",
        "Food and medicine that must stay cold, with a cold store of their own.",
        Consent(236, 221),
        ("Food and beverage", "Pharmaceuticals"),
        "AB",
    ),
    Targets(
        "Pharma before the audit",
        150,
        "Jonas Lindqvist",
        "Makers of medicine, whose inspectors come within a year.",
        Consent(148, 145),
        ("Pharmaceuticals",),
    ),
    Targets(
        "Wish list of sales",
        64,
        "Marcus Oyelaran",
        "The names that sellers would like to see in their territory.",
        Consent(41, 60, "Three of the eight have no warehouse that we could name. Which need do we write to?"),
        names=(
            "Severn Textile Works",
            "Flanders Flowers",
            "Tasman Wool Stores",
            "Copperline Electronics",
            "Hokkai Cold Chain",
            "Harbour City Pharmacy",
            "Northgate Stores",
            "Saint Lawrence Freight",
        ),
    ),
    Targets(
        "Close to our partner",
        200,
        None,
        None,
        Consent(194, None),
        names=("Bellini Ceramiche", "Adriatica Surgelati", "Helvetia Instruments", "Danube Chemicals"),
    ),
)


def add_target_lists(company: Company, members: dict[str, Member]) -> None:
    """Add the lists with their accounts and approvals."""
    for targets in LISTS:
        _add_list(company, members, targets)


def _add_list(company: Company, members: dict[str, Member], targets: Targets) -> None:
    made = company.calendar.ago(targets.age)
    target_list = TargetList(
        name=targets.name,
        description=targets.description,
        owner_id=members[targets.owner].id if targets.owner else None,
    )
    company.add(target_list, made)
    for account in company.rows(Account):
        if _is_meant(account, targets):
            company.add(TargetListAccount(target_list_id=target_list.id, account_id=account.id), made)
    _decide(company, target_list, targets.consent, members)


def _is_meant(account: Account, targets: Targets) -> bool:
    if targets.names:
        return account.name in targets.names
    return account.industry in targets.industries and account.tier is not None and account.tier in targets.tiers


def _decide(company: Company, target_list: TargetList, consent: Consent, members: dict[str, Member]) -> None:
    if consent.sales is not None:
        approve(company, target_list, members[SALES_SPEAKER], company.calendar.ago(consent.sales))
    decided_at = company.calendar.ago(consent.marketing)
    if consent.objection is None:
        approve(company, target_list, members[MARKETING_SPEAKER], decided_at)
    else:
        reject(company, target_list, members[MARKETING_SPEAKER], decided_at, consent.objection)
