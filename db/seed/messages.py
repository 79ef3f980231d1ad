"""What the demo company wants buyers to remember, and the content that says it."""

from __future__ import annotations

from db.models import Campaign, CampaignMessage, ContentAsset, ContentMessage, Message, Persona
from db.seed.company import Company
from db.seed.personas import PROFILES

# key → text, persona, and what is in the titles of the content and the names of the campaigns that carry it
MESSAGES: dict[str, tuple[str, str | None, tuple[str, ...]]] = {
    "hidden-losses": (
        "What you do not see costs you more than what you do.",
        None,
        ("lost pallet", "docks", "blind spot", "write-off"),
    ),
    "live-in-a-day": ("Live in a day, without stopping the shift.", "operations", ("in a day", "pilot", "one shift")),
    "audit-proof": ("A cold-chain record that stands every audit.", "quality", ("cold chain", "halden", "audit")),
    "pays-back": ("It pays for itself within fourteen months.", "supply_chain", ("payback", "business case")),
    "open-interfaces": ("It speaks with the system you have.", "it", ("network", "integration", "wms")),
    # Sales asked for it; marketing has not put it anywhere yet.
    "no-lock-in": ("Leave when you like, and take your data with you.", "procurement", ()),
}
WRITTEN = 300


def add_messages(company: Company) -> None:
    """Add the messages, and put them onto the content and the campaigns that carry them."""
    personas = {persona.name: persona for persona in company.rows(Persona)}
    written = company.calendar.ago(WRITTEN)
    for key, (text, persona, signs) in MESSAGES.items():
        meant_for = personas[PROFILES[persona].name].id if persona else None
        message = company.add(Message(key=key, text=text, persona_id=meant_for), written)
        for asset in company.rows(ContentAsset):
            if _carries(asset.title, signs):
                company.add(ContentMessage(asset_id=asset.id, message_id=message.id), asset.created_at)
        for campaign in company.rows(Campaign):
            if _carries(campaign.name, signs):
                company.add(CampaignMessage(campaign_id=campaign.id, message_id=message.id), campaign.created_at)


def _carries(title: str, signs: tuple[str, ...]) -> bool:
    return any(sign in title.lower() for sign in signs)
