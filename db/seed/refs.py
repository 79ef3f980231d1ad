"""What the CRM and the marketing tool call our rows."""

from __future__ import annotations

from db.models import (
    Account,
    Contact,
    ContentAsset,
    ContentUsage,
    Entity,
    ExternalRef,
    Lead,
    Member,
    Opportunity,
    StageTransition,
)
from db.seed.company import Company

# source → table → prefix of the key there and the share of rows that it knows
SYSTEMS: dict[str, dict[type[Entity], tuple[str, float]]] = {
    "crm": {
        Member: ("USR-", 0.8),
        Account: ("ACC-", 0.95),
        Contact: ("CON-", 0.85),
        Lead: ("LEA-", 0.7),
        Opportunity: ("OPP-", 1.0),
    },
    "marketing": {
        ContentAsset: ("asset/", 0.9),
        Contact: ("person/", 0.6),
        Lead: ("form/", 0.8),
        ContentUsage: ("event/", 0.3),
    },
}
FIRST_NUMBER = 10_000


def add_external_refs(company: Company) -> None:
    """Number the rows that each system knows, in the order of their making."""
    for source, tables in SYSTEMS.items():
        for table, (prefix, share) in tables.items():
            for number, row in enumerate(company.rows(table), start=FIRST_NUMBER):
                if company.chance(share):
                    _add_ref(company, row, source, f"{prefix}{number}")


def number_history(company: Company) -> None:
    """Number the entries of the CRM's history of opportunities: their transitions, in the order of time."""
    history = [entry for entry in company.rows(StageTransition) if entry.opportunity_id is not None]
    for number, entry in enumerate(sorted(history, key=lambda one: one.occurred_at), start=FIRST_NUMBER):
        _add_ref(company, entry, "crm", f"HIS-{number}")


def _add_ref(company: Company, row: Entity, source: str, external_id: str) -> None:
    ref = ExternalRef(entity=row.__tablename__, source=source, external_id=external_id, entity_id=row.id)
    company.add(ref, row.created_at)
