"""How the definition of a qualified lead grew, version by version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from db.models import CriterionOperator, DefinitionStatus, LeadCriterion, LeadDefinition, Member
from db.seed.approvals import approve, reject
from db.seed.company import Company
from db.seed.people import by_name

EQUALS, NOT_EQUALS, IN = CriterionOperator.EQUALS, CriterionOperator.NOT_EQUALS, CriterionOperator.IN
AT_LEAST, AT_MOST = CriterionOperator.AT_LEAST, CriterionOperator.AT_MOST
CONTAINS, EXISTS = CriterionOperator.CONTAINS, CriterionOperator.EXISTS


@dataclass(frozen=True)
class Criterion:
    """A condition in words, and the same as a comparison."""

    label: str
    field: str
    operator: CriterionOperator
    value: object
    weight: str
    required: bool = False


@dataclass(frozen=True)
class Definition:
    """A version of the definition, with the days ago on which each step of its life was taken."""

    status: DefinitionStatus
    summary: str
    threshold: str
    author: str | None
    written: int
    proposed: int | None
    agreed: int | None
    retired: int | None
    criteria: tuple[Criterion, ...]


REACHABLE = Criterion("We can write to the person.", "email", EXISTS, None, "0", required=True)
SCORED = Criterion("The score is 50 or more.", "score", AT_LEAST, 50, "2")
TITLED = Criterion("The persona is known.", "persona.name", EXISTS, None, "1")
NEEDY = Criterion("A need is known.", "needs", EXISTS, None, "1")
SIZED = Criterion("The company has 50 employees or more.", "account.employees", AT_LEAST, 50, "1")

DEFINITIONS: tuple[Definition, ...] = (
    Definition(
        DefinitionStatus.RETIRED,
        "Whoever downloaded enough.",
        "2",
        None,
        336,
        334,
        331,
        205,
        (REACHABLE, SCORED),
    ),
    Definition(
        DefinitionStatus.AGREED,
        "Whoever can be reached, is promising, and has told us who they are or what they need.",
        "3",
        "Jonas Lindqvist",
        214,
        209,
        205,
        None,
        (REACHABLE, SCORED, TITLED, NEEDY, SIZED),
    ),
    Definition(
        DefinitionStatus.PROPOSED,
        "As before, and the company has a warehouse of its own in a country that we serve.",
        "4",
        "Claire Dubois",
        33,
        27,
        None,
        None,
        (
            REACHABLE,
            SCORED,
            TITLED,
            Criterion("The persona decides or argues for us.", "persona.defaultBuyingRole", NOT_EQUALS, "USER", "1"),
            Criterion("There is at least one warehouse.", "attributes.warehouses", AT_LEAST, 1, "1", required=True),
            Criterion("We serve the country.", "account.country", IN, ["DE", "NL", "NO"], "1"),
            Criterion("The cold chain hurts.", "needs", CONTAINS, "Cold-chain alarms", "1"),
        ),
    ),
    Definition(
        DefinitionStatus.DRAFT,
        "A trial by sales: budget first.",
        "3.5",
        "Marcus Oyelaran",
        9,
        None,
        None,
        None,
        (
            REACHABLE,
            Criterion("The budget is confirmed.", "attributes.budgetConfirmed", EQUALS, True, "2.5", required=True),
            Criterion("There are not so many sites that it needs a tender.", "attributes.warehouses", AT_MOST, 10, "1"),
        ),
    ),
)


def add_definitions(company: Company) -> None:
    """Add the versions with their criteria, and what each department said to those that were proposed."""
    members = by_name(company)
    for version, words in enumerate(DEFINITIONS, start=1):
        definition = company.add(_definition(company, members, version, words), company.calendar.ago(words.written))
        for position, criterion in enumerate(words.criteria, start=1):
            company.add(_criterion(definition, position, criterion), definition.created_at)
        if words.proposed is not None:
            _decide(company, definition, members, words.proposed - 1)


def _definition(company: Company, members: dict[str, Member], version: int, words: Definition) -> LeadDefinition:
    def moment(days_ago: int | None) -> datetime | None:
        return None if days_ago is None else company.calendar.ago(days_ago)

    return LeadDefinition(
        version=version,
        status=words.status,
        summary=words.summary,
        threshold=Decimal(words.threshold),
        author_id=members[words.author].id if words.author else None,
        proposed_at=moment(words.proposed),
        agreed_at=moment(words.agreed),
        retired_at=moment(words.retired),
    )


def _criterion(definition: LeadDefinition, position: int, criterion: Criterion) -> LeadCriterion:
    return LeadCriterion(
        definition_id=definition.id,
        position=position,
        label=criterion.label,
        field=criterion.field,
        operator=criterion.operator,
        value=criterion.value,
        weight=Decimal(criterion.weight),
        required=criterion.required,
    )


def _decide(company: Company, definition: LeadDefinition, members: dict[str, Member], days_ago: int) -> None:
    """Marketing approves first; sales approves last, which makes it agreed, or says no."""
    approve(company, definition, members["Priya Raman"], company.calendar.ago(days_ago))
    seller = members["Marcus Oyelaran"]
    if definition.agreed_at is not None:
        approve(company, definition, seller, definition.agreed_at, "Agreed, for one half-year. Then we look again.")
    else:
        at = company.calendar.ago(days_ago - 6)
        reject(company, definition, seller, at, "Not before the countries of the partners are in it.")
