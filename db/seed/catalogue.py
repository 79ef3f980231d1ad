"""The titles in the content library, as data.

The library covers operations managers well and too often, and leaves holes: nothing for procurement in
consideration, nothing for quality managers in decision. Nobody has found every active piece yet, either.
"""

from __future__ import annotations

from typing import NamedTuple

from db.models import ContentKind as Kind
from db.models import ContentStatus as Status

DRAFT, ACTIVE, ARCHIVED = Status.DRAFT, Status.ACTIVE, Status.ARCHIVED


class Title(NamedTuple):
    """One asset: ``fits`` lists ``persona/buying stage=weight``; ``draw`` says how often it is used, against others."""

    title: str
    kind: Kind
    status: Status
    age: int | None
    draw: float
    fits: str
    language: str | None = "en"


TITLES: tuple[Title, ...] = (
    # Awareness
    Title("What a lost pallet really costs", Kind.ARTICLE, ACTIVE, 610, 14, "any/awareness=0.9 operations/awareness=1"),
    Title("Seven signs that your docks lose money", Kind.ARTICLE, ACTIVE, 480, 12, "operations/awareness=0.95"),
    Title(
        "The warehouse blind spot report",
        Kind.WHITE_PAPER,
        ACTIVE,
        290,
        10,
        "supply_chain/awareness=0.9 operations/awareness=0.7",
    ),
    Title("Cold chain: where the record breaks", Kind.WHITE_PAPER, ACTIVE, 350, 8, "quality/awareness=1"),
    Title(
        "From clipboard to live map: a warehouse in a day",
        Kind.VIDEO,
        ACTIVE,
        230,
        11,
        "operations/awareness=0.85 any/awareness=0.6",
    ),
    Title(
        "Near misses in the aisles: what the data of 40 sites say",
        Kind.EBOOK,
        ACTIVE,
        520,
        7,
        "operations/awareness=0.8 supply_chain/awareness=0.6",
    ),
    Title("Sensors and your network: ten questions to ask first", Kind.ARTICLE, ACTIVE, 400, 6, "it/awareness=0.9"),
    Title(
        "The quiet write-off: shrinkage that no count finds",
        Kind.WEBINAR,
        ACTIVE,
        170,
        9,
        "supply_chain/awareness=0.85 operations/awareness=0.6",
    ),
    Title("Buying or renting sensors: a primer", Kind.ARTICLE, ACTIVE, 140, 3, "procurement/awareness=0.8"),
    Title("Was eine verlorene Palette wirklich kostet", Kind.ARTICLE, ACTIVE, 300, 4, "operations/awareness=0.7", "de"),
    Title("Audit day without paper", Kind.VIDEO, ACTIVE, 95, 4, "quality/awareness=0.7"),
    # Consideration
    Title(
        "Sensors, cameras or spot checks: a comparison",
        Kind.WHITE_PAPER,
        ACTIVE,
        330,
        12,
        "operations/consideration=1 supply_chain/consideration=0.8",
    ),
    Title(
        "Payback calculator for warehouse sensors",
        Kind.CALCULATOR,
        ACTIVE,
        410,
        13,
        "supply_chain/consideration=1 operations/consideration=0.7 procurement/decision=0.6",
    ),
    Title("DockSense datasheet", Kind.DATASHEET, ACTIVE, 560, 9, "operations/consideration=0.8 it/consideration=0.6"),
    Title("ColdTrace datasheet", Kind.DATASHEET, ACTIVE, 540, 8, "quality/consideration=0.9 it/consideration=0.5"),
    Title("PalletEye datasheet", Kind.DATASHEET, ACTIVE, 260, 7, "operations/consideration=0.75"),
    Title("Integration guide: SAP EWM, Manhattan and others", Kind.WHITE_PAPER, ACTIVE, 210, 8, "it/consideration=1"),
    Title(
        "Live demonstration: one shift with AisleMap",
        Kind.WEBINAR,
        ACTIVE,
        120,
        10,
        "operations/consideration=0.9 supply_chain/consideration=0.6",
    ),
    Title("How calibration works, and who signs for it", Kind.ARTICLE, ACTIVE, 190, 4, "quality/consideration=0.8"),
    Title("Ten sites, one dashboard", Kind.VIDEO, ACTIVE, 150, 6, "supply_chain/consideration=0.85"),
    Title(
        "Radio planning for high racks", Kind.EBOOK, ACTIVE, 470, 2, "it/consideration=0.7 operations/consideration=0.3"
    ),
    Title(
        "Total cost of ownership, explained on one page",
        Kind.DATASHEET,
        ACTIVE,
        80,
        5,
        "supply_chain/consideration=0.7",
    ),
    Title(
        "Product overview for a first meeting",
        Kind.PRESENTATION,
        ACTIVE,
        365,
        12,
        "operations/consideration=0.6 supply_chain/consideration=0.6",
    ),
    # Decision
    Title(
        "Case study: Halden Foods halves its spoilage",
        Kind.CASE_STUDY,
        ACTIVE,
        280,
        13,
        "supply_chain/decision=1 operations/decision=0.8",
    ),
    Title(
        "Case study: Brightwater Pharma passes the audit", Kind.CASE_STUDY, ACTIVE, 160, 8, "supply_chain/decision=0.7"
    ),
    Title(
        "Case study: Corvid Parcel turns docks 18% faster", Kind.CASE_STUDY, ACTIVE, 440, 9, "operations/decision=0.95"
    ),
    Title("Security and data protection white paper", Kind.WHITE_PAPER, ACTIVE, 200, 7, "it/decision=1"),
    Title("Business case slides for the board", Kind.PRESENTATION, ACTIVE, 130, 10, "supply_chain/decision=0.9"),
    Title("Battlecard: Sensorix", Kind.BATTLECARD, ACTIVE, 110, 6, "operations/decision=0.5"),
    Title("Battlecard: camera systems", Kind.BATTLECARD, ACTIVE, 450, 4, "operations/decision=0.4", None),
    Title(
        "Offer template, subscription",
        Kind.PROPOSAL,
        ACTIVE,
        320,
        11,
        "procurement/decision=0.9 supply_chain/decision=0.5",
    ),
    Title("Offer template, purchase", Kind.PROPOSAL, ACTIVE, 690, 3, "procurement/decision=0.6"),
    Title("Étude de cas : Halden Foods", Kind.CASE_STUDY, ACTIVE, 105, 0, "supply_chain/decision=0.6", "fr"),
    # Purchase
    Title(
        "The first ninety days: roll-out plan", Kind.OTHER, ACTIVE, 380, 7, "any/purchase=0.9 operations/purchase=0.9"
    ),
    Title("Validation documents for ColdTrace", Kind.OTHER, ACTIVE, 240, 4, "quality/purchase=1"),
    Title("Follow-up mail after the site visit", Kind.EMAIL_TEMPLATE, ACTIVE, 310, 9, "any/purchase=0.4"),
    Title("Framework agreement, explained", Kind.DATASHEET, ACTIVE, 70, 0, "procurement/purchase=0.9"),
    Title("Invitation mail for the spring webinar", Kind.EMAIL_TEMPLATE, ACTIVE, 220, 0, ""),
    # Not in use yet, or not any more
    Title("Checklist for comparing sensor offers", Kind.EBOOK, DRAFT, None, 0, "procurement/consideration=0.9"),
    Title(
        "Case study: Polar Dairy traces a lot in four minutes", Kind.CASE_STUDY, DRAFT, None, 0, "quality/decision=1"
    ),
    Title("Partner sales kit", Kind.PRESENTATION, DRAFT, None, 0, "", None),
    Title("Sustainability in the cold store", Kind.WEBINAR, DRAFT, None, 0, "supply_chain/awareness=0.5"),
    Title("DockSense 1 datasheet", Kind.DATASHEET, ARCHIVED, 900, 5, "operations/consideration=0.3"),
    Title("Product overview of last year", Kind.PRESENTATION, ARCHIVED, 800, 6, "operations/consideration=0.2"),
    Title("The cost of paper logs", Kind.ARTICLE, ARCHIVED, 840, 3, "quality/awareness=0.4"),
)
