"""The tenant and the people in it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, Entity, Term, linked, references, term


class Department(Term):
    MARKETING = "MARKETING", "The people who find and interest buyers."
    SALES = "SALES", "The people who advise and close."
    LEADERSHIP = "LEADERSHIP", "The people both departments answer to."
    PARTNER = "PARTNER", "People outside the company who sell or market with it."


class Role(Term):
    VIEWER = "VIEWER", "Reads everything of the workspace but its tokens."
    CONTRIBUTOR = "CONTRIBUTOR", "Reads, and records what happens: usages, feedback, decisions."
    MANAGER = "MANAGER", "Changes the shared vocabulary, plans and goals too."
    ADMIN = "ADMIN", "May do everything, tokens included."
    PARTNER = "PARTNER", "Sees only what is shared with partners."


class Workspace(Base):
    """The tenant: the only table without a workspace above it."""

    __tablename__ = "workspace"
    __prefix__ = "ws"
    __table_args__ = (
        UniqueConstraint("slug"),
        CheckConstraint("slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'", name="slug_shape"),
        CheckConstraint("fiscal_year_start_month BETWEEN 1 AND 12", name="fiscal_year_start_month_range"),
        CheckConstraint("currency_code ~ '^[A-Z]{3}$'", name="currency_code_shape"),
        CheckConstraint("margin_rate BETWEEN 0 AND 1", name="margin_rate_range"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("uuidv7()"))
    slug: Mapped[str]
    name: Mapped[str]
    time_zone: Mapped[str] = mapped_column(server_default="UTC")
    currency_code: Mapped[str] = mapped_column(server_default="USD")
    fiscal_year_start_month: Mapped[int] = mapped_column(server_default="1")
    margin_rate: Mapped[Decimal] = mapped_column(server_default="1")
    """The share of a revenue that is left after the cost of what was sold; all of it until the company says otherwise."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Team(Entity):
    __tablename__ = "team"
    __prefix__ = "team"

    name: Mapped[str]
    department: Mapped[Department] = term("department", Department)


class Member(Entity):
    __tablename__ = "member"
    __prefix__ = "mem"

    name: Mapped[str]
    email: Mapped[str | None]
    department: Mapped[Department] = term("department", Department)
    role: Mapped[Role] = term("role", Role)
    team_id: Mapped[UUID | None]
    manager_id: Mapped[UUID | None]
    active: Mapped[bool] = mapped_column(server_default=text("true"))

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return tuple(linked(team_id="team", manager_id="member"))


class ApiToken(Entity):
    """A key to one workspace; only the SHA-256 of its secret is kept."""

    __tablename__ = "api_token"
    __prefix__ = "tok"

    name: Mapped[str]
    role: Mapped[Role] = term("role", Role)
    member_id: Mapped[UUID | None]
    secret_hash: Mapped[bytes]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (
            references("member_id", "member"),
            UniqueConstraint("workspace_id", "secret_hash"),
            Index(None, "workspace_id", "member_id"),
        )
