"""The opportunities of the year, and the people who decide on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from db.models import Account, BuyingGroupMember, BuyingRole, Contact, Journey, Lead, Opportunity, Persona
from db.seed.company import Company
from db.seed.journeys import Path, Plan, plan, record
from db.seed.leads import Market

# Buyers who came back after their first order, and buyers who called a seller directly.
FURTHER_PATHS: tuple[Path, ...] = (
    ("usage_review", "renewal_offer", "won"),
    ("usage_review",),
    ("usage_review", "renewal_offer"),
)
DIRECT_PATHS: tuple[Path, ...] = (
    ("discovery", "proposal", "negotiation", "won"),
    ("discovery", "proposal", "negotiation", "won"),
    ("discovery", "proposal", "lost"),
    ("discovery", "proposal", "negotiation"),
    ("discovery",),
    ("discovery",),
    (),
)
SUBJECTS = (
    "DockSense for six docks",
    "DockSense for two sites",
    "ColdTrace for the cold store",
    "ColdTrace, validated",
    "PalletEye pilot",
    "PalletEye, all halls",
    "AisleMap for the forklifts",
    "AisleMap and DockSense",
)
AMOUNTS = {"A": (60_000, 240_000), "B": (25_000, 90_000), "C": (8_000, 40_000)}


@dataclass(frozen=True)
class Origin:
    """Where an opportunity comes from: its journey, and the lead and account behind it where there are any."""

    journey_id: UUID
    lead: Lead | None
    account: Account | None
    owner_id: UUID | None


def add_opportunities(company: Company, market: Market, leads: list[tuple[Lead, Plan]]) -> None:
    """Add what the leads became, then what came of later and of direct calls."""
    accounts = {account.id: account for account in market.accounts}
    returning: list[tuple[Lead, Account, datetime]] = []
    for lead, lead_plan in leads:
        if not lead_plan.opportunity:
            continue
        account = accounts[lead.account_id] if lead.account_id else None
        origin = Origin(lead.journey_id, lead, account, lead.sales_owner_id)
        opportunity = _add_opportunity(company, market, origin, lead_plan)
        lead.stage_id, lead.stage_entered_at = opportunity.stage_id, opportunity.stage_entered_at
        lead.updated_at = opportunity.updated_at
        if account and opportunity.closed_at and not opportunity.lost_reason:
            returning.append((lead, account, opportunity.closed_at))
    for (lead, account, won_at), path in zip(returning, FURTHER_PATHS, strict=False):
        further = plan(company, (), path, after=company.calendar.position(won_at) + 5)
        journey = company.add(Journey(origin_lead_id=lead.id), company.calendar.moment(_opened(further)))
        _add_opportunity(company, market, Origin(journey.id, lead, account, lead.sales_owner_id), further)
    for path in DIRECT_PATHS:
        _add_direct(company, market, path)


def _add_direct(company: Company, market: Market, path: Path) -> None:
    direct = plan(company, (), path)
    account = company.random.choice(market.accounts)
    journey = company.add(Journey(), company.calendar.moment(_opened(direct)))
    # Without a path nobody has looked at it yet, so nobody owns it either.
    owner_id = account.owner_id if path else None
    _add_opportunity(company, market, Origin(journey.id, None, account, owner_id), direct)


def _opened(made: Plan) -> float:
    return made.opportunity_steps[0] if made.opportunity_steps else made.received


def _add_opportunity(company: Company, market: Market, origin: Origin, made: Plan) -> Opportunity:
    opened = company.calendar.moment(_opened(made))
    amount = _amount(company, origin.account, made.opportunity)
    buyer = origin.account.name if origin.account else (origin.lead and origin.lead.company) or "Independent buyer"
    opportunity = Opportunity(
        journey_id=origin.journey_id,
        opened_at=opened,
        name=f"{buyer}: {company.random.choice(SUBJECTS)}",
        account_id=origin.account.id if origin.account else None,
        amount=amount,
        currency_code=None if amount is None else ("EUR" if company.chance(0.06) else "USD"),
        owner_id=origin.owner_id,
        origin_lead_id=origin.lead.id if origin.lead else None,
    )
    company.add(opportunity, opened)
    record(company, opportunity, made.opportunity, made.opportunity_steps)
    opportunity.expected_close_on = _expected_close_on(company, opportunity, made.opportunity)
    _add_buying_group(company, market, opportunity, origin)
    return opportunity


def _amount(company: Company, account: Account | None, path: Path) -> Decimal | None:
    if len(path) < 2 and company.chance(0.4):
        return None
    low, high = AMOUNTS[(account and account.tier) or "C"]
    return Decimal(company.random.randrange(low, high, 50)).quantize(Decimal("0.01"))


def _expected_close_on(company: Company, opportunity: Opportunity, path: Path) -> date | None:
    """A seller's guess: near the truth where it is known, ahead where it is open, sometimes overdue."""
    if opportunity.closed_at is not None:
        return opportunity.closed_at.date() + timedelta(days=company.random.randint(-20, 15))
    if len(path) < 2 and company.chance(0.4):
        return None
    first = -12 if company.chance(0.1) else 7
    return max(opportunity.created_at.date(), company.calendar.until) + timedelta(
        days=company.random.randint(first, first + 100)
    )


def _add_buying_group(company: Company, market: Market, opportunity: Opportunity, origin: Origin) -> None:
    """The lead's contact first, then colleagues; direct buyers have no primary contact until a seller names one."""
    if opportunity.account_id is None:
        return
    colleagues = [contact for contact in market.contacts if contact.account_id == opportunity.account_id]
    company.random.shuffle(colleagues)
    colleagues.sort(key=lambda contact: origin.lead is None or contact.id != origin.lead.contact_id)
    personas = {persona.id: persona for persona in market.personas.values()}
    for place, contact in enumerate(colleagues[: company.random.randint(1, 3)]):
        company.add(
            BuyingGroupMember(
                opportunity_id=opportunity.id,
                contact_id=contact.id,
                role=_role(contact, personas),
                is_primary=place == 0 and origin.lead is not None,
            ),
            opportunity.created_at,
        )


def _role(contact: Contact, personas: dict[UUID, Persona]) -> BuyingRole:
    role = personas[contact.persona_id].default_buying_role if contact.persona_id else BuyingRole.OTHER
    return role or BuyingRole.INFLUENCER
