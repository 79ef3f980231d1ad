"""What the two departments and buyers say to each other, as data."""

from __future__ import annotations

from typing import NamedTuple

from db.models import Department, Direction
from db.models import TouchpointKind as Kind

IN, OUT = Direction.INBOUND, Direction.OUTBOUND
MARKETING, SALES, PARTNER = Department.MARKETING, Department.SALES, Department.PARTNER


class Saying(NamedTuple):
    """A kind of interaction with its usual subjects; ``weight`` says how often it happens, against the others."""

    kind: Kind
    direction: Direction | None
    weight: float
    subjects: tuple[str, ...] = ()
    department: Department | None = None


# How leads find us, or we them, by the channel.
ORIGINS: dict[str, Saying] = {
    "organic_search": Saying(
        Kind.WEB_VISIT,
        IN,
        1,
        ("Searched for: what a lost pallet costs", "Searched for: sensors for docks", "Read three articles"),
        MARKETING,
    ),
    "paid_search": Saying(
        Kind.ADVERTISEMENT,
        IN,
        1,
        ("Clicked: minutes lost at the docks", "Clicked: proof that it stayed cold", "Clicked our name"),
        MARKETING,
    ),
    "webinar": Saying(
        Kind.EVENT,
        IN,
        1,
        ("Came to the webinar", "Asked two questions in the webinar", "Watched the recording"),
        MARKETING,
    ),
    "trade_show": Saying(
        Kind.EVENT,
        IN,
        1,
        ("Talked with us at the stand", "Left a card at the stand", "Saw PalletEye at the stand"),
        MARKETING,
    ),
    "outbound": Saying(
        Kind.CALL, OUT, 1, ("Called without being asked, and was asked to stay", "Called after the letter"), SALES
    ),
    "partner": Saying(
        Kind.EMAIL, IN, 1, ("A partner introduced them", "A partner asked for a second opinion"), PARTNER
    ),
    # A customer's good word is neither department's work.
    "referral": Saying(Kind.CALL, IN, 1, ("A customer gave them our number",)),
}

NURTURE: tuple[Saying, ...] = (
    Saying(Kind.EMAIL, OUT, 6, ("The report that you asked for", "How Halden Foods halves its spoilage", "One shift")),
    Saying(Kind.WEB_VISIT, IN, 5, ("Came back to the calculator", "Looked at the prices", "Read a case study")),
    Saying(Kind.CHAT, IN, 1, ("Asked whether it works with the WMS", "Asked for a price per sensor")),
    Saying(Kind.SOCIAL, IN, 1, ("Liked a post about near misses", "Shared the blind spot report")),
)

FIRST_RESPONSES: tuple[Saying, ...] = (
    Saying(Kind.CALL, OUT, 6, ("First call", "First call, left a message")),
    Saying(Kind.EMAIL, OUT, 4, ("Thank you for your interest", "May I call you tomorrow?")),
)
UNANSWERED = Saying(Kind.CALL, OUT, 1, ("Called, nobody answered", "Called, left a message"))

SALES_TALKS: tuple[Saying, ...] = (
    Saying(Kind.CALL, OUT, 5, ("Talked about the docks", "Asked for budget and time", "Who else decides?")),
    Saying(Kind.EMAIL, OUT, 4, ("Answers to your questions", "Three dates for a visit")),
    Saying(Kind.EMAIL, IN, 3, ("Sent a plan of the hall", "Asked for a later date")),
    Saying(Kind.MEETING, OUT, 2, ("First meeting, on-line", "Walked the hall together")),
    Saying(Kind.NOTE, None, 2, ("Site manager decides, not purchasing", "Peak season: call again in January")),
    Saying(Kind.TASK, None, 1, ("Looked up their docks on the map",)),
)

DEALS: tuple[Saying, ...] = (
    Saying(Kind.MEETING, OUT, 5, ("Site visit", "Showed the business case", "Walked through the offer")),
    Saying(Kind.CALL, OUT, 5, ("Went through the open points", "Asked where the order stands")),
    Saying(Kind.CALL, IN, 2, ("Called about the terms", "Called: the board meets on Thursday")),
    Saying(Kind.EMAIL, OUT, 5, ("The offer", "Minutes of our meeting", "The roll-out plan")),
    Saying(Kind.EMAIL, IN, 4, ("Questions about the offer", "Legal has two points", "We need it by the audit")),
    Saying(Kind.NOTE, None, 2, ("Sensorix has offered, too", "The champion changes jobs in spring")),
    Saying(Kind.TASK, None, 1, ("Counted the racks on the plan", "Asked IT for the network plan")),
    Saying(Kind.CHAT, IN, 1),
    Saying(Kind.EMAIL, OUT, 2, ("Warehouse letter",), MARKETING),
    Saying(Kind.WEB_VISIT, IN, 2, ("Read the case study of Halden Foods", "Looked at the references"), MARKETING),
)
