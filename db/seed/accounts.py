"""The companies that might buy, and the people in them."""

from __future__ import annotations

from db.models import Account, Contact, Persona
from db.seed.company import Company, slug, words
from db.seed.names import COMPANIES, FIRST_NAMES, LAST_NAMES
from db.seed.people import People
from db.seed.personas import PROFILES

CONTACTS = 200
# Consultants and people between two posts: they read along, but belong to no account.
INDEPENDENT = 8


def add_accounts(company: Company, people: People) -> list[Account]:
    """Add the accounts; subsidiaries name their parents, and some belong to nobody yet."""
    by_name: dict[str, Account] = {}
    for number, entry in enumerate(COMPANIES):
        account = Account(
            name=entry.name,
            domain=f"{slug(entry.name)}.example" if entry.industry else None,
            industry=entry.industry,
            employees=entry.employees,
            country=entry.country,
            tier=entry.tier,
            parent_id=by_name[entry.parent].id if entry.parent else None,
            owner_id=None if entry.tier is None else company.random.choice(people.sellers).id,
        )
        by_name[entry.name] = company.add(account, company.calendar.ago(900 - 8 * number))
    return list(by_name.values())


def add_contacts(company: Company, accounts: list[Account], personas: dict[str, Persona]) -> list[Contact]:
    """Add three or four contacts to every account, each of a different persona, and a few independent people."""
    names = [f"{first} {last}" for first in FIRST_NAMES for last in LAST_NAMES]
    drawn = company.random.sample(names, CONTACTS)
    active = [key for key, profile in PROFILES.items() if profile.active]
    contacts = []
    for number, name in enumerate(drawn):
        account = accounts[number % len(accounts)] if number < CONTACTS - INDEPENDENT else None
        key = active[(number // len(accounts) + number) % len(active)]
        contacts.append(_add_contact(company, name, account, key, personas[key]))
    return contacts


def _add_contact(company: Company, name: str, account: Account | None, key: str, persona: Persona) -> Contact:
    known = company.chance(0.93)
    host = account.domain if account else "post.example"
    contact = Contact(
        name=name,
        email=f"{'.'.join(words(name))}@{host}" if host and company.chance(0.95) else None,
        title=company.random.choice(PROFILES[key].job_titles) if known else None,
        account_id=account.id if account else None,
        persona_id=persona.id if known and account else None,
    )
    return company.add(contact, company.calendar.ago(company.random.randint(366, 400)))
