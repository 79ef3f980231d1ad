"""What we want buyers to remember."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db import models
from schema.connection import Connection
from schema.entity import Node, entity
from schema.fields import column, through, to_one

if TYPE_CHECKING:
    from schema.campaign import Campaign
    from schema.content import ContentAsset
    from schema.persona import Persona


@entity(models.Message, plural="messages")
class Message(Node):
    """A key message: one sentence that content and campaigns carry to buyers."""

    key: str = column("Short name of the message, unique in the workspace.")
    text: str = column("The message itself.")
    persona: Persona | None = to_one(models.Message.persona_id, "The persona it is meant for; null for everybody.")
    assets: Connection[ContentAsset] = through(
        models.ContentMessage.message_id, models.ContentMessage.asset_id, "Content that carries it."
    )
    campaigns: Connection[Campaign] = through(
        models.CampaignMessage.message_id, models.CampaignMessage.campaign_id, "Campaigns that carry it."
    )
