"""What is done within the campaigns of the year, and what must be done before, as data.

Every age counts days before the end of the year; one below zero is still to come.
"""

from __future__ import annotations

from typing import NamedTuple

from db.models import ActivityKind as Act


class Guests(NamedTuple):
    """Who is asked to an activity: the list of them should be ready ``ready`` days before it begins.

    ``marketing`` and ``sales`` approved the list so many days ago, or have said nothing yet.
    """

    ready: int
    invited: int
    number: int
    marketing: int | None = None
    sales: int | None = None
    objection: str | None = None
    """Why sales said no; None where it said yes."""


class Work(NamedTuple):
    """An activity of some hours; it is the campaign's owner's unless it is done ``by`` somebody else."""

    name: str
    kind: Act
    age: int | None
    hours: float | None = None
    cost: int | None = None
    guests: Guests | None = None
    by: str | None = None
    at: int = 9
    """The hour at which it begins."""


# What must be done for an activity: on which day of it, and whether a seller does it.
MILESTONES: dict[Act, tuple[tuple[str, int, bool], ...]] = {
    Act.EVENT: (
        ("List of guests agreed", -14, False),
        ("Material packed and sent", -6, False),
        ("Sellers know whom they meet", -3, True),
        ("Every guest called back", 8, True),
    ),
    Act.WEBINAR: (
        ("Speaker confirmed", -28, False),
        ("Page for registration is live", -21, False),
        ("Rehearsal", -2, False),
        ("Recording sent to those who missed it", 2, False),
    ),
    Act.CALL_OUT: (
        ("Words for the call agreed with marketing", -9, True),
        ("Results are in the CRM", 7, True),
    ),
    Act.MAILING: (
        ("Addresses cleaned", -6, False),
        ("Both departments have read the text", -3, False),
    ),
    Act.ADVERTISEMENT: (("Texts checked by legal", -7, False),),
    Act.PUBLICATION: (("A customer stands by the figures", -12, True),),
    Act.OTHER: (),
}

SCHEDULE: dict[str, tuple[Work, ...]] = {
    "Search ads: docks": (
        Work("Docks, first texts", Act.ADVERTISEMENT, 358, 2_520, 9_000),
        Work("Docks, second texts", Act.ADVERTISEMENT, 250, 2_856, 10_240),
    ),
    "Search ads: cold chain": (Work("Cold chain, all texts", Act.ADVERTISEMENT, 300, None, 16_110),),
    "Blind spots: a series of webinars": (
        Work("Letter about the series", Act.MAILING, 322, 1, 640, by="Ben Whitaker"),
        Work("Webinar: what a lost pallet costs", Act.WEBINAR, 301, 1, 2_300, Guests(14, 312, 34, 319, 316), at=14),
        Work("Webinar: docks without queues", Act.WEBINAR, 259, 1, 2_300, Guests(14, 268, 30, 276, 270), at=14),
        Work("Webinar: near misses in the aisles", Act.WEBINAR, 217, 1, 2_300, Guests(14, 228, 30, 235, 233), at=14),
    ),
    "One shift with AisleMap": (
        Work("AisleMap live, morning shift", Act.WEBINAR, 112, 1.5, 1_900, Guests(10, 120, 32), at=14),
        Work(
            "AisleMap live, night shift",
            Act.WEBINAR,
            51,
            1.5,
            1_900,
            Guests(10, 58, 32, 63, 61, "Twelve of these have an open complaint. Please leave them alone this month."),
            at=14,
        ),
        Work("AisleMap live, peak season", Act.WEBINAR, -14, 1.5, 1_900, Guests(7, 3, 36, 9, 5), at=14),
    ),
    "Intralogistics North": (
        Work("Stand at Intralogistics North", Act.EVENT, 347, 56, 38_200, Guests(14, 358, 40)),
        Work("Calls after Intralogistics North", Act.CALL_OUT, 336, 33, by="Marcus Oyelaran"),
    ),
    "LogiTrade Rotterdam": (
        Work("Letters to the guests of LogiTrade", Act.MAILING, 205, 1, 890, by="Ben Whitaker"),
        Work("Stand at LogiTrade", Act.EVENT, 182, 56, 49_500, Guests(21, 199, 56, 207, 201)),
        Work(
            "Evening at the harbour", Act.EVENT, 181, 4, 7_800, Guests(21, 196, 18, 207, 198), by="Erik Sandvik", at=18
        ),
        Work("Calls after LogiTrade", Act.CALL_OUT, 173, 57, by="Marcus Oyelaran"),
    ),
    "Cold Chain Forum": (
        Work("Letters to the guests of the forum", Act.MAILING, 23, 1, 710),
        # Marketing has asked the guests already; sales has not even said yes to the list.
        Work("Day at the Cold Chain Forum", Act.EVENT, -19, 8, 8_690, Guests(10, 4, 44, 8)),
        Work("Calls after the forum", Act.CALL_OUT, -26, 33),
    ),
    "Audit season: calls to pharma": (
        Work("Letter: audit day without paper", Act.MAILING, 138, 1, 520, by="Claire Dubois"),
        Work("Calls to pharma, first round", Act.CALL_OUT, 130, 57),
        Work("Calls to pharma, second round", Act.CALL_OUT, 101, 57, by="Aiko Tanaka"),
    ),
    "Calls to the wish list": (Work("Calls to the wish list", Act.CALL_OUT, 55, by="Liam Gallagher-Stone"),),
    "Partners bring leads": (Work("Sales kit for partners", Act.PUBLICATION, 186, 1, 5_100),),
    "Customers bring customers": (Work("Letter to our customers", Act.MAILING, 115, 1),),
    "The warehouse blind spot report": (
        Work("The report is published", Act.PUBLICATION, 290, 1, 9_800),
        Work("Letter about the report", Act.MAILING, 285, 1, 600, by="Claire Dubois"),
    ),
    "Warehouse letter": (
        Work("Warehouse letter 1", Act.MAILING, 330, 1, 495),
        Work("Warehouse letter 2", Act.MAILING, 239, 1, 495),
        Work("Warehouse letter 3", Act.MAILING, 150, 1, 495),
        Work("Warehouse letter 4", Act.MAILING, 59, 1, 495),
    ),
    "Tours at Halden Foods": (
        Work("First tour at Halden Foods", Act.EVENT, 71, 3, 3_650, Guests(14, 82, 20, 88, 90)),
        # Sales gave its word twelve days after the day that was agreed.
        Work("Second tour at Halden Foods", Act.EVENT, 29, 3, 3_650, Guests(21, 37, 22, 54, 38)),
    ),
    "Road show with partners": (Work("Five towns in five days", Act.EVENT, 100, 105),),
    "Voices from the aisle": (Work("Talks with shift leaders", Act.OTHER, None),),
}
