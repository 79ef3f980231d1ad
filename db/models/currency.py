"""What one currency was worth in another."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from db.models.base import Entity


class ExchangeRate(Entity):
    """From ``valid_from`` on, until a later rate, one unit of ``base_code`` is ``rate`` units of ``quote_code``."""

    __tablename__ = "exchange_rate"
    __prefix__ = "rate"

    base_code: Mapped[str]
    quote_code: Mapped[str]
    valid_from: Mapped[date]
    rate: Mapped[Decimal]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (
            UniqueConstraint("workspace_id", "base_code", "quote_code", "valid_from"),
            CheckConstraint("base_code ~ '^[A-Z]{3}$' AND quote_code ~ '^[A-Z]{3}$'", name="codes_shape"),
            CheckConstraint("base_code <> quote_code", name="codes_differ"),
            CheckConstraint("rate > 0", name="rate_range"),
        )
