"""The accounts that both departments want to win."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Entity, Link, link, linked


class TargetList(Entity):
    """A list of accounts to go for, once each department approved it."""

    __tablename__ = "target_list"
    __prefix__ = "tlist"

    name: Mapped[str]
    description: Mapped[str | None]
    owner_id: Mapped[UUID | None]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (*linked(owner_id="member"), UniqueConstraint("workspace_id", "name"))


class TargetListAccount(Link):
    """An account is on a list."""

    __tablename__ = "target_list_account"

    target_list_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True)

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return link("target_list_id", "target_list", "account_id", "account")
