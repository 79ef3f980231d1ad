"""What we say to buyers, whom each piece is for, and how it is used."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Entity, Term, references, term


class ContentKind(Term):
    CASE_STUDY = "CASE_STUDY", "How one customer solved a problem."
    WHITE_PAPER = "WHITE_PAPER", "A paper that argues a position."
    EBOOK = "EBOOK", "A longer text to download."
    ARTICLE = "ARTICLE", "A text on a page, landing pages included."
    VIDEO = "VIDEO", "A recording to watch."
    WEBINAR = "WEBINAR", "A talk on-line, live or recorded."
    DATASHEET = "DATASHEET", "Facts and figures of a product."
    PRESENTATION = "PRESENTATION", "Slides to show."
    BATTLECARD = "BATTLECARD", "How to answer a competitor; for our own eyes."
    EMAIL_TEMPLATE = "EMAIL_TEMPLATE", "A mail to fill in and send."
    CALCULATOR = "CALCULATOR", "A tool that works out a figure for the buyer."
    PROPOSAL = "PROPOSAL", "An offer to fill in and send."
    OTHER = "OTHER", "Anything else."


class ContentStatus(Term):
    DRAFT = "DRAFT", "Being written."
    ACTIVE = "ACTIVE", "To be used."
    ARCHIVED = "ARCHIVED", "No longer to be used."


class UsageAction(Term):
    VIEWED = "VIEWED", "Somebody looked at it."
    SHARED = "SHARED", "Somebody passed it on."
    SENT = "SENT", "A member sent it to a buyer."
    PRESENTED = "PRESENTED", "A member showed it to a buyer."
    DOWNLOADED = "DOWNLOADED", "Somebody downloaded it."
    CUSTOMIZED = "CUSTOMIZED", "A member adapted it for one buyer."
    RECREATED = "RECREATED", "A member made again what it already says. Not a use."


class ContentAsset(Entity):
    """A piece of content.

    Partners see what is ``for_partners``. ``won_uses`` counts its uses in won opportunities. It is kept on the asset because recommendations rank by it.
    """

    __tablename__ = "content_asset"
    __prefix__ = "asset"

    title: Mapped[str]
    kind: Mapped[ContentKind] = term("kind", ContentKind)
    url: Mapped[str | None]
    language: Mapped[str | None]
    owner_id: Mapped[UUID | None]
    status: Mapped[ContentStatus] = term("status", ContentStatus)
    published_on: Mapped[date | None]
    reviewed_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    for_partners: Mapped[bool] = mapped_column(server_default=text("false"))
    won_uses: Mapped[int] = mapped_column(server_default="0")

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (references("owner_id", "member"), Index(None, "workspace_id", "owner_id"))


class ContentMapping(Entity):
    """The asset fits a persona (null: any) in a buying stage, more or less well."""

    __tablename__ = "content_mapping"
    __prefix__ = "map"

    asset_id: Mapped[UUID]
    persona_id: Mapped[UUID | None]
    buying_stage_id: Mapped[UUID]
    fit_weight: Mapped[Decimal] = mapped_column(server_default="1")

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (
            references("asset_id", "content_asset", ondelete="CASCADE"),
            references("persona_id", "persona", ondelete="CASCADE"),
            references("buying_stage_id", "buying_stage"),
            UniqueConstraint(
                "workspace_id", "asset_id", "buying_stage_id", "persona_id", postgresql_nulls_not_distinct=True
            ),
            CheckConstraint("fit_weight BETWEEN 0 AND 1", name="fit_weight_range"),
            # Recommendations walk a stage's mappings from the best fit on, and need nothing else of most of them.
            Index(
                "ix_content_mapping_best_fit",
                "workspace_id",
                "buying_stage_id",
                cls.fit_weight.desc(),
                postgresql_include=["persona_id", "asset_id"],
            ),
            Index(None, "workspace_id", "buying_stage_id", "persona_id"),
            Index(None, "workspace_id", "persona_id"),
        )


class ContentUsage(Entity):
    """Somebody did something with an asset. Append-only; the actor may be unknown."""

    __tablename__ = "content_usage"
    __prefix__ = "use"
    __append_only__ = True

    asset_id: Mapped[UUID]
    action: Mapped[UsageAction] = term("action", UsageAction)
    member_id: Mapped[UUID | None]
    contact_id: Mapped[UUID | None]
    lead_id: Mapped[UUID | None]
    opportunity_id: Mapped[UUID | None]
    account_id: Mapped[UUID | None]
    channel_id: Mapped[UUID | None]
    minutes: Mapped[Decimal | None]
    occurred_at: Mapped[datetime]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        optional = {
            "member_id": "member",
            "contact_id": "contact",
            "lead_id": "lead",
            "opportunity_id": "opportunity",
            "account_id": "account",
            "channel_id": "channel",
        }
        return (
            references("asset_id", "content_asset"),
            *(references(column, table) for column, table in optional.items()),
            *(
                Index(
                    None,
                    "workspace_id",
                    column,
                    "occurred_at",
                    postgresql_where=text(f"{column} IS NOT NULL"),
                )
                for column in optional
            ),
            CheckConstraint("num_nonnulls(member_id, contact_id) <= 1", name="one_actor"),
            CheckConstraint("minutes >= 0", name="minutes_range"),
            Index(None, "workspace_id", "asset_id", "occurred_at"),
            Index(None, "workspace_id", "occurred_at", "asset_id"),
        )
