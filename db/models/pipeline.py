"""The ways in which opportunities are worked on."""

from __future__ import annotations

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from db.models.base import Entity


class Pipeline(Entity):
    """A way of working on opportunities, with stages of its own; without any, all opportunities go one way.

    ``position`` orders them; other systems give several the same.
    """

    __tablename__ = "pipeline"
    __prefix__ = "pipe"

    key: Mapped[str]
    name: Mapped[str]
    position: Mapped[int]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (UniqueConstraint("workspace_id", "key"), Index(None, "workspace_id", "position"))
