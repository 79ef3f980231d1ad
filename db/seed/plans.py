"""The plans of three fiscal years: what each department promised, what was said, and who signed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from db.models import Department, JointGoal, Member, Plan, PlanComment, PlanCommitment
from db.seed.approvals import approve
from db.seed.calendar import MINUTES_A_DAY
from db.seed.company import Company

MARKETING, SALES = Department.MARKETING, Department.SALES


@dataclass(frozen=True)
class Promise:
    """A commitment in words; ``due`` is a month and a day of the plan's year."""

    department: Department
    text: str
    owner: str | None = None
    goal: str | None = None
    due: tuple[int, int] | None = None


@dataclass(frozen=True)
class Draft:
    """A plan in words: comments and sign-offs happened so many working days after it was written."""

    summary: str | None
    promises: tuple[Promise, ...]
    comments: tuple[tuple[int, str, str], ...]
    signatures: tuple[tuple[int, str, str | None], ...]


# By the year, counted from that of the last day.
DRAFTS: dict[int, Draft] = {
    -1: Draft(
        "Our first plan on one page: more leads from marketing, a quick answer from sales.",
        (
            Promise(MARKETING, "Brings 350 leads with a reachable contact.", "Priya Raman"),
            Promise(MARKETING, "Writes a case study every quarter."),
            Promise(SALES, "Calls every lead that is handed over within two working days.", "Marcus Oyelaran"),
        ),
        ((6, "Erik Sandvik", "Fine for new business. Key accounts do not come as leads."),),
        ((18, "Marcus Oyelaran", None), (21, "Priya Raman", None)),
    ),
    0: Draft(
        "Twice the pipeline, fed by both: marketing answers for what it hands over, sales for what becomes of it.",
        (
            Promise(
                MARKETING,
                "Hands over only leads that meet the agreed definition, with the need noted down.",
                "Claire Dubois",
                "four_of_five",
            ),
            Promise(
                MARKETING, "Runs a webinar every quarter, with a topic that sales picks.", "Ben Whitaker", "pipeline"
            ),
            Promise(
                MARKETING, "Retires or mends content that nobody used in two quarters.", "Claire Dubois", "used_content"
            ),
            Promise(MARKETING, "Has a case study for quality managers.", "Jonas Lindqvist", "win_rate", due=(6, 30)),
            Promise(SALES, "Says yes or no to every hand-off in a day, and why not.", "Sofia Brandt", "four_of_five"),
            Promise(SALES, "Sends content from the library, and asks before making its own.", goal="adoption"),
            Promise(SALES, "Names the buying group of every proposal.", "Erik Sandvik", "win_rate", due=(3, 31)),
        ),
        (
            (3, "Marcus Oyelaran", "A day for every hand-off is too short while the trade shows run."),
            (4, "Priya Raman", "A no with a reason is enough. What hurts is silence."),
            (9, "Erik Sandvik", "Then count key accounts apart: their leads come by letter."),
            (10, "Jonas Lindqvist", "Agreed. Organic search stays with me either way."),
        ),
        (
            (16, "Priya Raman", None),
            (23, "Marcus Oyelaran", "With a day for every hand-off, except in trade show weeks."),
        ),
    ),
    1: Draft(
        None,
        (
            Promise(MARKETING, "Builds a programme for thirty accounts that sales names.", "Priya Raman", "pipeline"),
            Promise(MARKETING, "Puts half of the budget for search into partners."),
            Promise(SALES, "Names the thirty accounts, and their owners.", "Erik Sandvik", "pipeline", due=(1, 31)),
        ),
        (
            (6, "Erik Sandvik", "Thirty is too many for two people. Twelve."),
            (8, "Tomás Rivera", "Settle the number before either of you signs the rest."),
            (11, "Marcus Oyelaran", "We sign once it is clear who pays for the partners."),
        ),
        ((9, "Priya Raman", "The number of accounts can follow."),),
    ),
}
DRAFTED = (11, 16)
"""The month and day, in the year before, on which plans are written."""
NEXT_DRAFTED_AGO = 24


def add_plans(company: Company, goals: dict[str, JointGoal]) -> dict[int, Plan]:
    """Add the plans; the answer finds them by their fiscal year. The next year's is not signed by sales yet."""
    members = {member.name: member for member in company.rows(Member)}
    plans: dict[int, Plan] = {}
    for offset, draft in DRAFTS.items():
        year = company.calendar.fiscal_year + offset
        written = _written(company, offset)
        plan = Plan(
            name=f"Joint plan {year}",
            summary=draft.summary,
            starts_on=date(year, 1, 1),
            ends_on=date(year + 1, 1, 1),
        )
        plans[year] = company.add(plan, written)
        for promise in draft.promises:
            company.add(_commitment(plan, promise, members, goals), written)
        for days, name, text in draft.comments:
            at = company.calendar.later(written, days * MINUTES_A_DAY + 95)
            company.add(PlanComment(plan_id=plan.id, member_id=members[name].id, text=text, occurred_at=at), at)
        for days, name, comment in draft.signatures:
            signed = company.calendar.later(written, days * MINUTES_A_DAY + 260)
            approve(company, plan, members[name], signed, comment)
    return plans


def _written(company: Company, offset: int) -> datetime:
    if offset > 0:
        return company.calendar.morning(company.calendar.workday(NEXT_DRAFTED_AGO))
    day = date(company.calendar.fiscal_year + offset - 1, *DRAFTED)
    return company.calendar.later(company.calendar.morning(day), 0)


def _commitment(
    plan: Plan, promise: Promise, members: dict[str, Member], goals: dict[str, JointGoal]
) -> PlanCommitment:
    return PlanCommitment(
        plan_id=plan.id,
        department=promise.department,
        text=promise.text,
        due_on=date(plan.starts_on.year, *promise.due) if promise.due else None,
        goal_id=goals[promise.goal].id if promise.goal else None,
        owner_id=members[promise.owner].id if promise.owner else None,
    )
