"""What is sold, and the lines of an opportunity that say how much of it."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Entity, money, references, texts


class Product(Entity):
    """Something we sell; ``aliases`` are other names of it that imported files may use."""

    __tablename__ = "product"
    __prefix__ = "prod"

    key: Mapped[str]
    name: Mapped[str]
    price: Mapped[Decimal | None]
    currency_code: Mapped[str | None]
    aliases: Mapped[list[str]] = texts()
    active: Mapped[bool] = mapped_column(server_default=text("true"))

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (*money("price"), UniqueConstraint("workspace_id", "key"))


class OpportunityLine(Entity):
    """So much of a product is part of an opportunity."""

    __tablename__ = "opportunity_line"
    __prefix__ = "line"

    opportunity_id: Mapped[UUID]
    product_id: Mapped[UUID]
    quantity: Mapped[Decimal] = mapped_column(server_default="1")
    amount: Mapped[Decimal | None]
    currency_code: Mapped[str | None]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (
            references("opportunity_id", "opportunity", ondelete="CASCADE"),
            references("product_id", "product"),
            *money("amount"),
            CheckConstraint("quantity > 0", name="quantity_range"),
            UniqueConstraint("workspace_id", "opportunity_id", "product_id"),
            Index(None, "workspace_id", "product_id"),
        )
