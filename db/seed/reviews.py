"""The meetings in which both departments looked at figures, and what they asked of whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from db.models import JointGoal, Member, Plan, Review, ReviewAction, ReviewAttendee, ReviewValue
from db.seed.company import Company
from db.seed.figures import CURRENCY, Days, acceptance_rate, open_pipeline, used_share, win_rate

SEEN_AFTER = timedelta(days=13)
SATURDAY = 5
WORKSHOP_AGO = 37


@dataclass(frozen=True)
class Task:
    """An action in words, due and perhaps done so many days after the review."""

    text: str
    owner: str
    due: int
    done: int | None = None


@dataclass(frozen=True)
class Minutes:
    """What was written down of a meeting."""

    attendees: tuple[str, ...]
    notes: str | None
    decisions: tuple[str, ...]
    tasks: tuple[Task, ...]


# Of the last three quarters that were looked at, the oldest first.
QUARTERS = (
    Minutes(
        ("Tomás Rivera", "Priya Raman", "Marcus Oyelaran", "Erik Sandvik"),
        "The pipeline is smaller than when we set out to double it. Marketing brought its list of leads, sales its list"
        " of deals, and they do not add up to one funnel.",
        ("From now on both look at one funnel.", "A hand-off that is refused gets a reason."),
        (
            Task("Write down what a qualified lead is, with sales.", "Priya Raman", 21, 19),
            Task("List the reasons why hand-offs come back.", "Sofia Brandt", 21, 34),
            Task("Clear the library of data sheets that sales does not know.", "Claire Dubois", 45),
        ),
    ),
    Minutes(
        ("Tomás Rivera", "Priya Raman", "Jonas Lindqvist", "Marcus Oyelaran", "Erik Sandvik", "Nadia Kowalczyk"),
        "More deals, at the same win rate. Sales lacks material for quality managers; marketing did not know.",
        ("The next case study is for quality managers.",),
        (
            Task("Find a customer who passed an audit with ColdTrace.", "Nadia Kowalczyk", 30),
            Task("Show sellers the library, half an hour a team.", "Jonas Lindqvist", 20, 18),
        ),
    ),
    Minutes(
        ("Tomás Rivera", "Priya Raman", "Ben Whitaker", "Marcus Oyelaran", "Sofia Brandt", "Erik Sandvik"),
        "Paid search brings leads that sales sends back. Ben doubts the landing page, Marcus the words we buy.",
        ("Try other words before spending more.", "Key accounts are counted apart."),
        (
            Task("Buy other words for six weeks, and compare.", "Ben Whitaker", 42),
            Task("Say which of the open deals are key accounts.", "Erik Sandvik", 10, 8),
        ),
    ),
)
WORKSHOP = Minutes(
    ("Claire Dubois", "Sofia Brandt", "Liam Gallagher-Stone", "Aiko Tanaka"),
    None,
    ("Marketing asks for the need before it hands over.", "Sales answers in a day."),
    (
        Task("Add the need to the form.", "Claire Dubois", 14, 12),
        Task("Set up the daily list of open hand-offs.", "Aiko Tanaka", 21),
    ),
)


def add_reviews(company: Company, plans: dict[int, Plan], goals: dict[str, JointGoal]) -> None:
    """Add a review of each of the last three quarters that could be looked at, and a workshop on hand-offs."""
    for quarter, minutes in zip(_quarters(company), QUARTERS, strict=True):
        held = _held_at(quarter)
        number = quarter.starts_on.month // 3 + 1
        title = f"Quarterly review {quarter.starts_on.year} Q{number}"
        review = _add_review(company, minutes, title, held, plans[held.year])
        _add_values(company, review, _figures(company, quarter, held, goals["pipeline"]))
    held = company.calendar.morning(company.calendar.workday(WORKSHOP_AGO))
    workshop = _add_review(company, WORKSHOP, "Why hand-offs come back", held, None)
    _add_values(company, workshop, [_accepted_for(company, goals["three_of_four"], held)])


def _quarters(company: Company) -> list[Days]:
    """The last three quarters whose review is past, the oldest first."""
    month = company.calendar.month
    quarters = [Days(month(-back - 3), month(-back)) for back in range(13) if month(-back).month % 3 == 1]
    past = [quarter for quarter in quarters if _held_at(quarter) < company.calendar.midnight]
    return past[: len(QUARTERS)][::-1]


def _held_at(quarter: Days) -> datetime:
    """At one o'clock, two weeks after the quarter; on the Monday after where that is a weekend."""
    day = quarter.ends_on + SEEN_AFTER
    if day.weekday() >= SATURDAY:
        day += timedelta(days=7 - day.weekday())
    return datetime.combine(day, time(13), UTC)


def _add_review(company: Company, minutes: Minutes, title: str, held: datetime, plan: Plan | None) -> Review:
    members = {member.name: member.id for member in company.rows(Member)}
    review = Review(
        title=title,
        held_at=held,
        notes=minutes.notes,
        decisions=list(minutes.decisions),
        plan_id=plan.id if plan else None,
    )
    company.add(review, held)
    for name in minutes.attendees:
        company.add(ReviewAttendee(review_id=review.id, member_id=members[name]), held)
    for task in minutes.tasks:
        due_on = held.date() + timedelta(days=task.due)
        done_on = _done_on(company, held, task)
        action = ReviewAction(
            review_id=review.id, text=task.text, owner_id=members[task.owner], due_on=due_on, done_on=done_on
        )
        company.add(action, held)
    return review


def _done_on(company: Company, held: datetime, task: Task) -> date | None:
    """The day on which the task was done, unless that is still to come."""
    if task.done is None:
        return None
    day = held.date() + timedelta(days=task.done)
    return day if day < company.calendar.until else None


def _add_values(company: Company, review: Review, values: Iterable[ReviewValue]) -> None:
    for position, value in enumerate(values, start=1):
        value.review_id, value.position = review.id, position
        company.add(value, review.held_at)


def _figures(company: Company, quarter: Days, held: datetime, goal: JointGoal) -> Iterator[ReviewValue]:
    """The figures of a quarterly review. Of the year before nothing was written down, so there is no rate of it."""
    before = Days(*(day.replace(year=day.year - 1) for day in quarter))
    yield _rate("WIN_RATE", "Win rate", quarter, win_rate(company, quarter, held))
    yield _rate("WIN_RATE", "Win rate, a year before", before, win_rate(company, before, held))
    yield _rate("ACCEPTANCE_RATE", "Hand-offs that sales accepted", quarter, acceptance_rate(company, quarter, held))
    yield _rate("USED_SHARE", "Content that was used", quarter, used_share(company, quarter))
    yield ReviewValue(
        metric="OPEN_PIPELINE",
        label="Open pipeline, of deals in dollars",
        goal_id=goal.id,
        value=open_pipeline(company, held),
        unit="MONEY",
        currency_code=CURRENCY,
    )


def _accepted_for(company: Company, goal: JointGoal, held: datetime) -> ReviewValue:
    """What a goal on hand-offs reached in its period."""
    period = Days(goal.starts_on, goal.ends_on)
    value = _rate("ACCEPTANCE_RATE", goal.name, period, acceptance_rate(company, period, held))
    value.goal_id = goal.id
    return value


def _rate(metric: str, label: str, period: Days, value: Decimal | None) -> ReviewValue:
    return ReviewValue(
        metric=metric, label=label, starts_on=period.starts_on, ends_on=period.ends_on, value=value, unit="RATIO"
    )
