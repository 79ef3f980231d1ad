"""Where buyers meet us."""

from __future__ import annotations

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from db.models.base import Entity, term
from db.models.workspace import Department


class Channel(Entity):
    __tablename__ = "channel"
    __prefix__ = "chan"

    key: Mapped[str]
    label: Mapped[str]
    department: Mapped[Department | None] = term("department", Department, nullable=True)

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (UniqueConstraint("workspace_id", "key"),)
