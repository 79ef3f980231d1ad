"""Who helped to win an opportunity, and the thanks for it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from db.models.base import Entity, linked, term
from db.models.workspace import Department


class Contribution(Entity):
    """A member's share, 0 to 1, in an opportunity, given on behalf of a department."""

    __tablename__ = "contribution"
    __prefix__ = "contr"

    opportunity_id: Mapped[UUID]
    member_id: Mapped[UUID]
    department: Mapped[Department] = term("department", Department)
    share: Mapped[Decimal]
    note: Mapped[str | None]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (
            *linked(opportunity_id="opportunity", member_id="member"),
            UniqueConstraint("workspace_id", "opportunity_id", "member_id"),
            CheckConstraint("share BETWEEN 0 AND 1", name="share_range"),
        )


class Recognition(Entity):
    """One member thanks another for a contribution. Append-only."""

    __tablename__ = "recognition"
    __prefix__ = "recog"
    __append_only__ = True

    contribution_id: Mapped[UUID]
    from_member_id: Mapped[UUID]
    message: Mapped[str]
    occurred_at: Mapped[datetime]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return tuple(linked(contribution_id="contribution", from_member_id="member"))
