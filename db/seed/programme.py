"""The campaigns of the year, as data.

Every age counts days before the end of the year; one below zero is still to come.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from db.models import CampaignKind as Kind


class Programme(NamedTuple):
    """A campaign; the schedule has what is done in it."""

    name: str
    kind: Kind
    channel: str | None
    begins: int | None
    ends: int | None
    owner: str | None
    objective: str | None
    planned: int | None
    actual: Decimal | None
    targets: str | None = None
    currency: str = "USD"
    cancelled: bool = False
    search: str | None = None
    """What the address of its advertisements says in `utm.campaign`."""


PROGRAMMES: tuple[Programme, ...] = (
    Programme(
        "Search ads: docks",
        Kind.ADVERTISING,
        "paid_search",
        358,
        131,
        "Claire Dubois",
        "Be found by whoever looks for minutes lost at the docks.",
        18_000,
        Decimal("19240.15"),
        search="docks",
    ),
    Programme(
        "Search ads: cold chain",
        Kind.ADVERTISING,
        "paid_search",
        300,
        None,
        "Claire Dubois",
        "Be found by whoever must prove that goods stayed cold.",
        24_000,
        Decimal("16110.50"),
        search="cold-chain",
    ),
    Programme(
        "Search ads: our own name",
        Kind.ADVERTISING,
        "paid_search",
        None,
        None,
        "Claire Dubois",
        "Keep competitors off the first line under our name.",
        None,
        Decimal("3120.00"),
        search="brand",
    ),
    Programme(
        "Blind spots: a series of webinars",
        Kind.WEBINAR,
        "webinar",
        340,
        204,
        "Jonas Lindqvist",
        "Ninety new leads from warehouses with ten docks or more.",
        9_000,
        Decimal("8350.00"),
        targets="Large docks",
    ),
    Programme(
        "One shift with AisleMap",
        Kind.WEBINAR,
        "webinar",
        128,
        -24,
        "Jonas Lindqvist",
        "Show it at work, so that sellers need not.",
        7_500,
        Decimal("4120.00"),
    ),
    Programme(
        "Intralogistics North",
        Kind.EVENT,
        "trade_show",
        363,
        318,
        "Priya Raman",
        "Sixty talks at the stand, twenty of them with a decision maker.",
        42_000,
        Decimal("44980.00"),
        currency="EUR",
    ),
    Programme(
        "LogiTrade Rotterdam",
        Kind.EVENT,
        "trade_show",
        215,
        148,
        "Priya Raman",
        "A talk with every account of the list, and ten site visits agreed on the spot.",
        65_000,
        Decimal("61200.00"),
        targets="Large docks",
        currency="EUR",
    ),
    Programme(
        "Cold Chain Forum",
        Kind.EVENT,
        "trade_show",
        62,
        -40,
        "Ben Whitaker",
        "Forty guests from cold stores, each met by the seller of the account.",
        38_000,
        Decimal("9400.00"),
        targets="Cold chain leaders",
    ),
    Programme(
        "Audit season: calls to pharma",
        Kind.CALL_OUT,
        "outbound",
        142,
        78,
        "Sofia Brandt",
        "Fifteen first meetings before the inspectors come.",
        6_000,
        Decimal("5240.00"),
        targets="Pharma before the audit",
    ),
    Programme(
        "Calls to the wish list",
        Kind.CALL_OUT,
        "outbound",
        58,
        None,
        "Marcus Oyelaran",
        "Get a first talk with each name. Marketing has not agreed to the list.",
        None,
        None,
        targets="Wish list of sales",
    ),
    Programme(
        "Partners bring leads",
        Kind.PARTNER,
        "partner",
        190,
        None,
        "Ben Whitaker",
        "Two leads a month from partners, with the need already named.",
        12_000,
        Decimal("5100.00"),
        targets="Close to our partner",
    ),
    Programme(
        "Customers bring customers",
        Kind.OTHER,
        "referral",
        118,
        -60,
        "Claire Dubois",
        "Ask every won customer for one name.",
        None,
        None,
    ),
    Programme(
        "The warehouse blind spot report",
        Kind.CONTENT,
        "organic_search",
        292,
        96,
        "Jonas Lindqvist",
        "A report that trade papers quote, and that readers leave their address for.",
        11_000,
        Decimal("12300.00"),
    ),
    Programme(
        "Warehouse letter",
        Kind.EMAIL,
        None,
        340,
        None,
        "Claire Dubois",
        "Stay in mind with those who do not buy now.",
        2_400,
        Decimal("1980.00"),
    ),
    Programme(
        "Tours at Halden Foods",
        Kind.EVENT,
        None,
        92,
        14,
        "Erik Sandvik",
        "Let a customer tell it: two mornings in a cold store that runs on our sensors.",
        8_000,
        Decimal("7300.00"),
        targets="Cold chain leaders",
    ),
    Programme(
        "Road show with partners",
        Kind.PARTNER,
        "partner",
        110,
        84,
        "Ben Whitaker",
        "Five towns in five days.",
        15_000,
        None,
        cancelled=True,
    ),
    Programme("Voices from the aisle", Kind.SOCIAL, None, -21, -95, None, None, None, None),
)
