"""The companies that buy, and their people."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped

from db.models.base import Entity, linked, references


class Account(Entity):
    """A company. Partners see the accounts whose ``partner_team_id`` is their team."""

    __tablename__ = "account"
    __prefix__ = "acct"

    name: Mapped[str]
    domain: Mapped[str | None]
    industry: Mapped[str | None]
    employees: Mapped[int | None]
    country: Mapped[str | None]
    tier: Mapped[str | None]
    parent_id: Mapped[UUID | None]
    owner_id: Mapped[UUID | None]
    partner_team_id: Mapped[UUID | None]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (
            references("parent_id", "account"),
            references("owner_id", "member"),
            *linked(partner_team_id="team"),
            CheckConstraint("employees >= 0", name="employees_range"),
            Index(None, "workspace_id", "parent_id"),
            Index(None, "workspace_id", "owner_id"),
            Index(None, "workspace_id", "name", "id"),
        )


class Contact(Entity):
    __tablename__ = "contact"
    __prefix__ = "cont"

    name: Mapped[str]
    email: Mapped[str | None]
    title: Mapped[str | None]
    account_id: Mapped[UUID | None]
    persona_id: Mapped[UUID | None]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (
            references("account_id", "account"),
            references("persona_id", "persona"),
            Index(None, "workspace_id", "account_id"),
            Index(None, "workspace_id", "persona_id"),
            Index(None, "workspace_id", "email"),
        )
