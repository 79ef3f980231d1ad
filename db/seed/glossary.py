"""The words that marketing and sales quarrelled about, what each meant by them, and what they agreed on."""

from __future__ import annotations

from dataclasses import dataclass

from db.models import GlossaryTerm, GlossaryVersion, Member
from db.seed.approvals import approve, reject
from db.seed.company import Company
from db.seed.people import by_name

YES = ""
"""Approved, and nothing more said."""


@dataclass(frozen=True)
class Version:
    """A meaning that was put to both departments so many days ago.

    ``marketing`` and ``sales`` are what Priya Raman and Marcus Oyelaran answered: nothing yet, :data:`YES`, or why not.
    """

    days_ago: int
    definition: str
    marketing_meaning: str | None
    sales_meaning: str | None
    marketing: str | None = YES
    sales: str | None = YES
    author: str | None = "Priya Raman"


@dataclass(frozen=True)
class Word:
    """A term with its versions, oldest first."""

    name: str
    governs: list[str]
    owner: str | None
    versions: tuple[Version, ...]


WORDS: dict[str, Word] = {
    "lead": Word(
        "Lead",
        ["Lead", "Query.leads"],
        "Priya Raman",
        (
            Version(
                338,
                "Anybody who left a name with us.",
                "Everyone who filled in a form, whatever they wanted.",
                "A person with a warehouse, a problem and a budget who wants to be called.",
                sales="Half of those forms are students. We call nobody because of a download.",
            ),
            Version(
                318,
                "A person or company that showed interest and can be reached; interest alone makes no qualified lead.",
                "Everyone who filled in a form and can be reached.",
                "A person worth a call, which a form alone does not tell.",
            ),
            Version(
                41,
                "A person or company that showed interest within the last twelve months and can be reached.",
                "As before, without the names that have been silent for a year.",
                "As before, without the names that have been silent for a year.",
                sales=None,
                author="Claire Dubois",
            ),
        ),
    ),
    "mql": Word(
        "Marketing qualified lead (MQL)",
        ["LeadDefinition", "Query.stageConversion"],
        "Jonas Lindqvist",
        (
            Version(
                332,
                "A lead that reaches the threshold of the agreed definition of a qualified lead.",
                "A lead with enough points: downloads count.",
                "A name on a list from marketing.",
            ),
        ),
    ),
    "sal": Word(
        "Sales accepted lead (SAL)",
        ["StageTransition"],
        "Marcus Oyelaran",
        (
            Version(
                330,
                "A qualified lead that a seller has spoken with and keeps.",
                None,
                "A lead that a seller has spoken with and keeps.",
                author="Marcus Oyelaran",
            ),
        ),
    ),
    "sql": Word(
        "Sales qualified lead (SQL)",
        ["FunnelStage"],
        "Marcus Oyelaran",
        (
            Version(
                330,
                "A lead with a confirmed need, a budget range, a time frame and a decision maker we can name.",
                "A lead that sales has taken over.",
                "A lead with a need, a budget, a time frame and a decision maker.",
                author="Marcus Oyelaran",
            ),
        ),
    ),
    "collateral": Word(
        "Collateral",
        ["ContentAsset", "ContentUsage"],
        "Claire Dubois",
        (
            Version(
                325,
                "Any content that is made to be shown, sent or said to buyers, whoever made it.",
                "What the content team publishes.",
                "Slides and one-pagers, most of which we made ourselves.",
                author="Claire Dubois",
            ),
        ),
    ),
    "opportunity": Word(
        "Opportunity",
        ["Opportunity"],
        "Erik Sandvik",
        (
            Version(
                329,
                "A possible sale that a seller works on, with an account and a need.",
                None,
                "A deal that I would put into the forecast.",
                author="Erik Sandvik",
            ),
        ),
    ),
    "pipeline": Word(
        "Pipeline",
        ["Pipeline", "FunnelStage.pipeline"],
        "Tomás Rivera",
        (
            Version(
                210,
                "The amounts of all open opportunities.",
                "Everything from the first inquiry to the order, in money.",
                "What is open from discovery on; leads are not money.",
                marketing="Then what marketing fills is never seen in it.",
                author="Erik Sandvik",
            ),
            Version(
                96,
                "The amounts of all open opportunities, with the expected value of qualified leads beside them.",
                "Both figures, side by side.",
                "What is open from discovery on.",
                sales="Beside them soon means added up.",
                author="Tomás Rivera",
            ),
        ),
    ),
    "campaign": Word(
        "Campaign",
        ["Campaign"],
        None,
        (
            Version(
                150,
                "Activities with one aim, a time and a cost, whichever department runs them.",
                "Everything on one theme in one quarter.",
                None,
                author=None,
            ),
        ),
    ),
}


def add_glossary(company: Company) -> None:
    """Add the terms with their versions and what each department said to them."""
    members = by_name(company)
    for key, word in WORDS.items():
        owner = members[word.owner].id if word.owner else None
        began = company.calendar.ago(word.versions[0].days_ago)
        term = company.add(GlossaryTerm(key=key, name=word.name, governs=word.governs, owner_id=owner), began)
        for number, version in enumerate(word.versions, start=1):
            _add_version(company, members, term, number, version)


def _add_version(
    company: Company, members: dict[str, Member], term: GlossaryTerm, number: int, version: Version
) -> None:
    added = company.add(
        GlossaryVersion(
            term_id=term.id,
            number=number,
            marketing_meaning=version.marketing_meaning,
            sales_meaning=version.sales_meaning,
            definition=version.definition,
            author_id=members[version.author].id if version.author else None,
        ),
        company.calendar.ago(version.days_ago),
    )
    answers = (("Priya Raman", version.marketing, 2), ("Marcus Oyelaran", version.sales, 5))
    for name, answer, days in answers:
        decided_at = company.calendar.ago(version.days_ago - days)
        if answer == YES:
            approve(company, added, members[name], decided_at)
        elif answer is not None:
            reject(company, added, members[name], decided_at, answer)
