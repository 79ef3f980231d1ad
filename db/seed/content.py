"""The content library: assets and the personas and buying stages that they fit."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from db.models import ContentAsset, ContentKind, ContentMapping, ContentStatus, Persona
from db.seed.catalogue import TITLES, Title
from db.seed.company import Company, slug
from db.seed.people import COMPANY_DOMAIN, People

# For our own eyes: kept in the sales room, without a public address.
INTERNAL = {ContentKind.BATTLECARD, ContentKind.PROPOSAL, ContentKind.EMAIL_TEMPLATE}
FOR_PARTNERS = {ContentKind.DATASHEET, ContentKind.CASE_STUDY}
ARCHIVED_AGO = 120


def add_content(company: Company, people: People, personas: dict[str, Persona]) -> dict[ContentAsset, float]:
    """Add the library; the answer says how often each asset is used, against the others."""
    library: dict[ContentAsset, float] = {}
    for number, title in enumerate(TITLES):
        written = company.calendar.ago(title.age + 14 if title.age else 12 + number % 20)
        asset = company.add(_asset(company, people, title), written)
        _add_mappings(company, personas, asset, title)
        library[asset] = title.draw
    return library


def _asset(company: Company, people: People, title: Title) -> ContentAsset:
    internal = title.kind in INTERNAL
    address = None if internal or title.age is None else f"https://www.{COMPANY_DOMAIN}/library/{slug(title.title)}"
    owned = title.status != ContentStatus.ARCHIVED
    published = None if title.age is None else company.calendar.until - timedelta(days=title.age)
    return ContentAsset(
        title=title.title,
        kind=title.kind,
        url=address,
        language=title.language,
        owner_id=company.random.choice(people.sellers if internal else people.marketers).id if owned else None,
        status=title.status,
        published_on=published,
        reviewed_on=_reviewed_on(company, title),
        expires_on=_expires_on(published, title),
        for_partners=title.kind in FOR_PARTNERS and title.status is ContentStatus.ACTIVE,
        won_uses=0,
    )


def _reviewed_on(company: Company, title: Title) -> date | None:
    """Most pieces are looked at again after half a year; some were forgotten."""
    if title.age is None or title.age < 100 or company.chance(0.2):
        return None
    return company.calendar.until - timedelta(days=title.age - company.random.randint(60, title.age - 20))


def _expires_on(published: date | None, title: Title) -> date | None:
    """What carries prices or figures runs out after two years."""
    dated = {ContentKind.DATASHEET, ContentKind.CALCULATOR, ContentKind.PROPOSAL, ContentKind.BATTLECARD}
    return published + timedelta(days=730) if published and title.kind in dated else None


def _add_mappings(company: Company, personas: dict[str, Persona], asset: ContentAsset, title: Title) -> None:
    for fit in title.fits.split():
        place, weight = fit.split("=")
        persona, stage = place.split("/")
        company.add(
            ContentMapping(
                asset_id=asset.id,
                persona_id=None if persona == "any" else personas[persona].id,
                buying_stage_id=company.buying_stages[stage],
                fit_weight=Decimal(weight),
            ),
            asset.created_at,
        )
