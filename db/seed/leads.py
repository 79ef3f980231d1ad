"""The leads of the year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from db.models import Account, Channel, Contact, ContentAsset, ContentKind, Journey, Lead, Persona
from db.seed.company import Company, words
from db.seed.journeys import LEAD_PATHS, OPENING_PATHS, OPPORTUNITY_PATHS, Path, Plan, plan, record
from db.seed.library import Library
from db.seed.names import FIRST_NAMES, LAST_NAMES
from db.seed.people import CHANNELS, People

NEEDS = (
    "Cold-chain alarms",
    "Dock turnaround times",
    "Fewer near misses",
    "Audit-proof records",
    "Integration with the WMS",
    "Live stock positions",
    "One view over all sites",
)
SYSTEMS = ("SAP EWM", "Manhattan", "Blue Yonder", "Infor", "own system", "none")
STRANGERS = ("Logistics", "Trading", "Cold Storage", "Foods", "Warehousing")
SCORES = {"inquiry": 15, "mql": 50, "sal": 58, "sql": 68, "recycled": 35, "disqualified": 5}


@dataclass(frozen=True)
class Market:
    """Whom a lead can come from, and what it can have met first."""

    people: People
    channels: dict[str, Channel]
    personas: dict[str, Persona]
    library: Library
    accounts: list[Account]
    contacts: list[Contact]


def add_leads(company: Company, market: Market) -> list[tuple[Lead, Plan]]:
    """Add the leads with their journeys up to the opportunity; each comes with its plan."""
    return [(_add_lead(company, market, lead_plan), lead_plan) for lead_plan in _plans(company)]


def _plans(company: Company) -> list[Plan]:
    plans = [plan(company, path) for path in _deck(company, LEAD_PATHS)]
    opening = zip(_deck(company, OPENING_PATHS), _deck(company, OPPORTUNITY_PATHS), strict=True)
    plans += [plan(company, lead, opportunity) for lead, opportunity in opening]
    return sorted(plans, key=lambda made: made.received)


def _deck(company: Company, counts: dict[Path, int]) -> list[Path]:
    paths = [path for path, count in counts.items() for _ in range(count)]
    company.random.shuffle(paths)
    return paths


def _add_lead(company: Company, market: Market, lead_plan: Plan) -> Lead:
    received = company.calendar.moment(lead_plan.received)
    journey = company.add(Journey(), received)
    channel = company.weighted({key: weight for key, _, _, weight in CHANNELS}) if company.chance(0.95) else None
    asset = market.library.draw(company, received, _is_public) if company.chance(0.8) else None
    met_sales = "sal" in lead_plan.lead or "sql" in lead_plan.lead
    lead = Lead(
        journey_id=journey.id,
        received_at=received,
        channel_id=market.channels[channel].id if channel else None,
        first_asset_id=asset.id if asset else None,
        owner_id=company.random.choice(market.people.marketers).id if company.chance(0.92) else None,
        sales_owner_id=_seller(company, market.people, channel) if met_sales or channel == "outbound" else None,
        score=_score(company, lead_plan.lead),
        needs=company.random.sample(NEEDS, company.random.choice((0, 1, 1, 2, 2, 3))),
        attributes=_attributes(company, channel),
        **_person(company, market, known=bool(lead_plan.opportunity)),
    )
    company.add(lead, received)
    record(company, lead, lead_plan.lead, lead_plan.lead_steps)
    return lead


def _is_public(asset: ContentAsset) -> bool:
    return asset.url is not None and asset.kind != ContentKind.PRESENTATION


def _seller(company: Company, people: People, channel: str | None) -> UUID:
    if channel == "partner" and company.chance(0.5):
        return people.partner.id
    return company.random.choice(people.sellers).id


def _score(company: Company, path: Path) -> int | None:
    if not path or company.chance(0.05):
        return None
    return min(SCORES[path[-1]] + company.random.randint(0, 30), 100)


def _attributes(company: Company, channel: str | None) -> dict[str, Any]:
    """What the forms asked: every form asks something else."""
    attributes: dict[str, Any] = {}
    if company.chance(0.7):
        attributes["warehouses"] = company.random.randint(1, 14)
    if company.chance(0.6):
        attributes["wms"] = company.random.choice(SYSTEMS)
    if company.chance(0.3):
        attributes["budgetConfirmed"] = company.chance(0.5)
    if channel == "paid_search":
        attributes["utm"] = {"source": "search", "campaign": company.random.choice(("docks", "cold-chain", "brand"))}
    return attributes


def _person(company: Company, market: Market, *, known: bool) -> dict[str, Any]:
    """A contact we know, somebody new at an account, or a stranger; ``known`` leads mostly are contacts."""
    draw = company.random.random() * (0.62 if known else 1.0)
    if draw < 0.6:
        contact = company.random.choice(market.contacts)
        account = next((one for one in market.accounts if one.id == contact.account_id), None)
        return {
            "name": contact.name,
            "company": account.name if account else None,
            "email": contact.email,
            "title": contact.title,
            "contact_id": contact.id,
            "account_id": contact.account_id,
            "persona_id": contact.persona_id,
        }
    name = f"{company.random.choice(FIRST_NAMES)} {company.random.choice(LAST_NAMES)}"
    if draw < 0.88:
        account = company.random.choice(market.accounts)
        return _newcomer(company, market, name) | {"company": account.name, "account_id": account.id}
    return _newcomer(company, market, name) | {"company": f"{name.split()[-1]} {company.random.choice(STRANGERS)}"}


def _newcomer(company: Company, market: Market, name: str) -> dict[str, Any]:
    """Somebody of whom the form says a name, mostly, and an address, mostly."""
    active = [persona for persona in market.personas.values() if persona.active]
    persona = company.random.choice(active) if company.chance(0.6) else None
    return {
        "name": name if company.chance(0.9) else None,
        "email": f"{'.'.join(words(name))}@post.example" if company.chance(0.9) else None,
        "title": company.random.choice(persona.job_titles) if persona and company.chance(0.8) else None,
        "persona_id": persona.id if persona else None,
    }
