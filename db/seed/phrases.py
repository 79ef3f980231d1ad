"""What sellers wrote beside their decisions and their feedback, as data."""

from __future__ import annotations

from db.models import ContentKind as Kind
from db.models import RejectionReason as Reason

# What sales says of a lead that left `mql` with a reason: not always what the transition says.
REJECTIONS: dict[str, dict[Reason, float]] = {
    "Student project": {Reason.NOT_A_FIT: 5, Reason.WRONG_PERSON: 4, Reason.OTHER: 1},
    "No warehouse of their own": {Reason.NOT_A_FIT: 6, Reason.NO_NEED: 4},
    "Works for a competitor": {Reason.COMPETITOR: 1},
    "Outside our markets": {Reason.NOT_A_FIT: 7, Reason.OTHER: 3},
    "No budget before next year": {Reason.NO_BUDGET: 7, Reason.BAD_TIMING: 3},
    "Not reached after six attempts": {Reason.NO_RESPONSE: 7, Reason.BAD_DATA: 3},
    "Waits for the new warehouse system": {Reason.BAD_TIMING: 1},
    "Wants to read more first": {Reason.NO_NEED: 5, Reason.BAD_TIMING: 5},
}

REJECTION_COMMENTS: dict[Reason, tuple[str, ...]] = {
    Reason.NOT_A_FIT: (
        "They rent forty pallet places from a carrier. There is nothing to put a sensor on.",
        "A good talk, the wrong company: one hall, one dock, no night shift.",
    ),
    Reason.WRONG_PERSON: (
        "Writes a thesis about us. Friendly, but has no part in any purchase.",
        "Reads for a colleague who left in spring.",
    ),
    Reason.NO_NEED: (
        "Came for the calculator, had no question.",
        "Says their spot checks do. I believe it.",
    ),
    Reason.NO_BUDGET: ("The year's money went into forklifts.", "Would buy a trial if we paid for it."),
    Reason.BAD_TIMING: (
        "Changes the warehouse system first. Ask again in two quarters.",
        "Not before the peak season is over.",
    ),
    Reason.NO_RESPONSE: ("Six calls, four mails, nothing.",),
    Reason.BAD_DATA: (
        "The number belongs to a bakery.",
        "Address bounces, no number. How did this get fifty points?",
    ),
    Reason.COMPETITOR: ("Product manager at Sensorix. Do not send more white papers.",),
    Reason.OTHER: ("We may not sell there before the approvals are through.", "Asked for a job, not for sensors."),
}

ACCEPTANCE_COMMENTS = (
    "Called back within the hour. Wants to see it at a site like theirs.",
    "Knows the case study by heart. Thank you.",
    "Took it on, though the need is thin.",
    "Was at the webinar with three colleagues.",
)

# quality → what sales says, in words; the codes beside them are in FEEDBACK_REASONS.
FEEDBACK_COMMENTS: dict[int, tuple[str, ...]] = {
    1: (
        "Nobody had looked at this one before it came to me.",
        "A high score for reading a lot. That is not a need.",
    ),
    2: (
        "Right company, wrong desk.",
        "Three downloads make no project.",
    ),
    3: (
        "Useful to know, nothing to do yet.",
        "A need, but no date.",
    ),
    4: (
        "Knew what they lose in a month. More like this.",
        "Low score, good talk: the scoring does not see the site manager.",
    ),
    5: (
        "Had the budget on the table in the first call.",
        "Best lead of the quarter, and it had waited a week.",
    ),
}
FEEDBACK_REASONS: dict[int, tuple[str, ...]] = {
    1: ("WRONG_PERSON", "NO_NEED", "BAD_DATA"),
    2: ("NO_NEED", "BAD_TIMING", "WRONG_PERSON", "NO_BUDGET"),
    3: ("BAD_TIMING", "RIGHT_COMPANY", "NO_BUDGET"),
    4: ("CLEAR_NEED", "RIGHT_PERSON", "RIGHT_COMPANY"),
    5: ("CLEAR_NEED", "RIGHT_PERSON", "BUDGET_KNOWN", "GOOD_TIMING"),
}

# What sellers say of a kind of content where they like it, and where they do not.
CONTENT_COMMENTS: dict[Kind, tuple[str, str]] = {
    Kind.CASE_STUDY: ("They asked for the site manager's number after page two.", "The figures are two years old."),
    Kind.WHITE_PAPER: ("Their IT read it, and the questions stopped.", "Nobody I sell to reads twelve pages."),
    Kind.EBOOK: ("Good to leave behind.", "Too long to send."),
    Kind.ARTICLE: ("Opens doors: short and to the point.", "Says what every buyer knows."),
    Kind.VIDEO: ("Two minutes, and they had understood it.", "The warehouse in it is too clean. Buyers laugh."),
    Kind.WEBINAR: ("They came back with colleagues.", "An hour is too long for a shift leader."),
    Kind.DATASHEET: ("What purchasing asks for, on one page.", "The ranges do not agree with the manual."),
    Kind.PRESENTATION: ("Works as it is.", "I throw out nine slides of it each time."),
    Kind.BATTLECARD: ("Saved me in the second meeting.", "They changed their prices in spring. This has not."),
    Kind.EMAIL_TEMPLATE: ("I change one line and send it.", "Sounds like nobody I know."),
    Kind.CALCULATOR: ("The customer typed in his own losses. Nothing else was needed.", "Assumes three shifts."),
    Kind.PROPOSAL: ("Legal had no word to change.", "Still has the old terms for the trial."),
    Kind.OTHER: ("The plan for the roll-out took their fear away.", "Has to be filled in by hand."),
}
