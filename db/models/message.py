"""What we want buyers to remember."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Entity, Link, link, linked


class Message(Entity):
    """A key message, which content and campaigns carry."""

    __tablename__ = "message"
    __prefix__ = "msg"

    key: Mapped[str]
    text: Mapped[str]
    persona_id: Mapped[UUID | None]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (*linked(persona_id="persona"), UniqueConstraint("workspace_id", "key"))


class ContentMessage(Link):
    """An asset carries a message."""

    __tablename__ = "content_message"

    asset_id: Mapped[UUID] = mapped_column(primary_key=True)
    message_id: Mapped[UUID] = mapped_column(primary_key=True)

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return link("asset_id", "content_asset", "message_id", "message")


class CampaignMessage(Link):
    """A campaign carries a message."""

    __tablename__ = "campaign_message"

    campaign_id: Mapped[UUID] = mapped_column(primary_key=True)
    message_id: Mapped[UUID] = mapped_column(primary_key=True)

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return link("campaign_id", "campaign", "message_id", "message")
