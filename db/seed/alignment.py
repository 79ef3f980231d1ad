"""Four rounds of one question: marketing is content, sales is not, and they come closer."""

from __future__ import annotations

from datetime import datetime, timedelta

from db.models import AlignmentSurvey, Member, SurveyAnswer
from db.seed.company import Company

QUESTION = "How well do marketing and sales work together?"
OPENED_AGO = (300, 210, 120, 9)
OPEN_FOR = timedelta(days=12)

# A member's scores round by round; None where the member did not answer.
SCORES: dict[str, tuple[int | None, ...]] = {
    "Priya Raman": (8, 7, 7, 7),
    "Jonas Lindqvist": (7, 7, 8, 7),
    "Claire Dubois": (7, 6, 7, None),
    "Ben Whitaker": (None, 7, 6, 7),
    "Marcus Oyelaran": (4, 5, 5, 6),
    "Sofia Brandt": (5, 5, 6, 6),
    "Liam Gallagher-Stone": (5, None, 5, 6),
    "Aiko Tanaka": (6, 6, 6, None),
    "Erik Sandvik": (4, 4, 5, 6),
    "Nadia Kowalczyk": (5, 5, 6, 7),
    "Ingrid Halvorsen": (None, 6, 6, None),
    "Tomás Rivera": (6, 6, 7, 7),
}

COMMENTS: dict[tuple[str, int], str] = {
    ("Priya Raman", 0): "We deliver more leads than ever.",
    ("Marcus Oyelaran", 0): "Many leads, few that know they have a problem.",
    ("Erik Sandvik", 0): "I hear of campaigns from my customers.",
    ("Jonas Lindqvist", 1): "Talks are friendly. Reasons for a no would help more.",
    ("Claire Dubois", 1): "I learned that my best data sheet is rewritten for every offer.",
    ("Nadia Kowalczyk", 1): "Still two lists of target accounts.",
    ("Sofia Brandt", 2): "The need is in the notes now. That saves the first call.",
    ("Ben Whitaker", 2): "Hand-offs lie for days in trade show weeks.",
    ("Erik Sandvik", 3): "One list of accounts. Now let us agree on its length.",
    ("Nadia Kowalczyk", 3): "I found the case study before I needed it.",
}


def add_alignment(company: Company) -> None:
    """Add the rounds and their answers; the last round is still open."""
    draws = company.draws("alignment")
    members = {member.name: member for member in company.rows(Member)}
    for number, days in enumerate(OPENED_AGO):
        opened = company.calendar.morning(company.calendar.workday(days))
        closed = opened + OPEN_FOR
        survey = AlignmentSurvey(
            title=f"Working together, {opened:%B %Y}",
            question=QUESTION,
            opened_at=opened,
            closed_at=closed if closed < company.calendar.midnight else None,
        )
        company.add(survey, opened)
        for name, scores in SCORES.items():
            if (score := scores[number]) is not None:
                # Nine days hold at least five working days, whatever weekday they begin on.
                position = company.calendar.position(opened) + draws.uniform(0.1, 4.8)
                answer = _answer(survey, members[name], score, company.calendar.moment(position))
                answer.comment = COMMENTS.get((name, number))
                company.add(answer, answer.answered_at)


def _answer(survey: AlignmentSurvey, member: Member, score: int, at: datetime) -> SurveyAnswer:
    return SurveyAnswer(survey_id=survey.id, member_id=member.id, score=score, answered_at=at)
