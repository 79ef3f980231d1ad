"""The ways that buyers take through the stages, and the transitions that they leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from uuid import UUID

from db.models import Lead, Opportunity, StageTransition
from db.seed.company import Company

Path = tuple[str, ...]

# The paths of leads, and how many leads take each; those of OPENING go on as an opportunity.
LEAD_PATHS: dict[Path, int] = {
    ("inquiry",): 58,
    ("inquiry", "mql"): 46,
    ("inquiry", "mql", "sal"): 30,
    ("inquiry", "mql", "sal", "sql"): 26,
    ("inquiry", "mql", "sal", "mql", "sal"): 8,
    ("inquiry", "disqualified"): 38,
    ("inquiry", "mql", "disqualified"): 22,
    ("inquiry", "mql", "sal", "recycled"): 34,
    ("inquiry", "mql", "sal", "sql", "recycled"): 8,
    ("inquiry", "mql", "sal", "recycled", "mql"): 12,
    ("inquiry", "mql", "recycled", "mql", "sal"): 6,
    # Taken over from the address book of a trade fair: nobody has said yet where they stand.
    (): 2,
}
OPENING_PATHS: dict[Path, int] = {
    ("inquiry", "mql", "sal", "sql"): 92,
    ("inquiry", "mql", "sal", "mql", "sal", "sql"): 10,
    ("inquiry", "sql"): 8,
}
OPPORTUNITY_PATHS: dict[Path, int] = {
    ("discovery",): 19,
    ("discovery", "proposal"): 15,
    ("discovery", "proposal", "negotiation"): 9,
    ("discovery", "proposal", "negotiation", "won"): 27,
    ("discovery", "proposal", "won"): 6,
    ("discovery", "proposal", "negotiation", "proposal", "negotiation", "won"): 2,
    ("discovery", "lost"): 10,
    ("discovery", "proposal", "lost"): 12,
    ("discovery", "proposal", "negotiation", "lost"): 8,
    ("discovery", "proposal", "lost", "proposal"): 1,
    ("discovery", "negotiation", "lost", "negotiation", "won"): 1,
}

# Working days before a stage is entered, from the one before.
WAITS: dict[str, tuple[float, float]] = {
    "inquiry": (0.0, 0.0),
    "mql": (0.05, 4.0),
    "sal": (0.3, 5.0),
    "sql": (2.0, 12.0),
    "discovery": (0.5, 5.0),
    "proposal": (4.0, 22.0),
    "negotiation": (3.0, 18.0),
    "usage_review": (0.5, 5.0),
    "renewal_offer": (4.0, 22.0),
    "won": (2.0, 16.0),
    "lost": (4.0, 24.0),
    "disqualified": (0.4, 8.0),
    "recycled": (3.0, 18.0),
}
RETURN_WAIT = (15.0, 45.0)
# Working days since the last step of what is still open: leads lie about for longer than anybody likes.
OPEN_LEAD_AGE, OPEN_OPPORTUNITY_AGE = 240.0, 60.0
EXITS = {"won", "lost", "disqualified", "recycled"}

REASONS: dict[str, tuple[str, ...]] = {
    "lost": (
        "Chose Sensorix",
        "No budget this year",
        "Project postponed by the buyer",
        "Stays with spot checks",
        "Price per sensor too high",
    ),
    "disqualified": (
        "Student project",
        "No warehouse of their own",
        "Works for a competitor",
        "Outside our markets",
    ),
    "recycled": (
        "No budget before next year",
        "Not reached after six attempts",
        "Waits for the new warehouse system",
        "Wants to read more first",
    ),
}
BACKWARDS_REASON = "Handed over too early: need not confirmed"
REOPENED_REASON = "The buyer came back with a new budget"


@dataclass(frozen=True)
class Plan:
    """One journey before it is written: two paths and the positions in working time of their steps."""

    received: float
    lead: Path
    lead_steps: list[float]
    opportunity: Path = ()
    opportunity_steps: Sequence[float] = ()


def plan(company: Company, lead: Path, opportunity: Path = (), *, after: float = 0.0) -> Plan:
    """Put a journey into the year after the position ``after``: what ended anywhere, what is open moved lately."""
    path = lead + opportunity
    offsets = list(
        accumulate(_wait(company, before, stage) for before, stage in zip((None, *path), path, strict=False))
    )
    room = company.calendar.end - 0.01 - (offsets[-1] if offsets else 0.0)
    if path and path[-1] not in EXITS:
        age = company.random.triangular(0.1, OPEN_OPPORTUNITY_AGE if opportunity else OPEN_LEAD_AGE, 4.0)
        received = max(room - age, after)
    else:
        received = company.random.uniform(after, room)
    positions = [received + offset for offset in offsets]
    return Plan(received, lead, positions[: len(lead)], opportunity, positions[len(lead) :])


def _wait(company: Company, before: str | None, stage: str) -> float:
    return company.random.uniform(*(RETURN_WAIT if before in EXITS else WAITS[stage]))


def record(company: Company, subject: Lead | Opportunity, path: Path, steps: Sequence[float]) -> None:
    """Write the transitions of ``subject`` and its current stage, and close it where it ended."""
    before: str | None = None
    for stage, position in zip(path, steps, strict=True):
        moment = company.calendar.moment(position)
        reason = _reason(company, before, stage)
        company.add(
            StageTransition(
                journey_id=subject.journey_id,
                lead_id=subject.id if isinstance(subject, Lead) else None,
                opportunity_id=subject.id if isinstance(subject, Opportunity) else None,
                from_stage_id=company.funnel_stages[before] if before else None,
                to_stage_id=company.funnel_stages[stage],
                occurred_at=moment,
                member_id=_mover(company, subject, stage),
                reason=reason,
            ),
            moment,
        )
        subject.stage_id, subject.stage_entered_at = company.funnel_stages[stage], moment
        subject.updated_at = moment
        if isinstance(subject, Opportunity):
            subject.closed_at = moment if stage in EXITS else None
            subject.lost_reason = reason if stage == "lost" else None
        before = stage


def _reason(company: Company, before: str | None, stage: str) -> str | None:
    if stage in REASONS:
        return company.random.choice(REASONS[stage])
    if before == "lost":
        return REOPENED_REASON
    return BACKWARDS_REASON if (before, stage) == ("sal", "mql") else None


def _mover(company: Company, subject: Lead | Opportunity, stage: str) -> UUID | None:
    """Who moved it: forms and the scoring move a lead by themselves, sellers do the rest."""
    if isinstance(subject, Opportunity):
        return subject.owner_id
    if stage == "inquiry" or (stage == "mql" and company.chance(0.6)):
        return None
    return subject.sales_owner_id if stage in {"sal", "sql", "recycled"} else subject.owner_id
