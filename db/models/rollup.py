"""What usage events add up to, by day and by month. Derived: docs/decisions/0050-rollups.md tells how it stays exact."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Tenant, Term, term
from db.models.content import UsageAction


class Span(Term):
    DAY = "DAY", "A day of the workspace."
    MONTH = "MONTH", "A month of the workspace."


class RollupState(Tenant):
    """The workspace's roll-ups are made, and their days are those of ``time_zone``.

    Without this row, or when the workspace has moved to another zone, nothing is read from them.
    """

    __tablename__ = "rollup_state"
    __derived__ = True

    time_zone: Mapped[str]
    built_at: Mapped[datetime]


class UsageDelta(Tenant):
    """A usage event that is not in the roll-ups yet (``sign`` 1), or that is to be taken out of them (-1)."""

    __tablename__ = "usage_delta"
    __derived__ = True

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    sign: Mapped[int] = mapped_column(SmallInteger)
    asset_id: Mapped[UUID]
    member_id: Mapped[UUID | None]
    action: Mapped[UsageAction] = term("action", UsageAction)
    minutes: Mapped[Decimal | None]
    occurred_at: Mapped[datetime]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (CheckConstraint("sign IN (1, -1)", name="sign_known"),)


class UsageRollup(Tenant):
    """Events of each action in one day or month, all minutes that they took, and those of two actions that people ask for.

    A key has no nulls: whoever is not known is :data:`NOBODY`.
    """

    __abstract__ = True
    __derived__ = True

    span: Mapped[Span] = term("span", Span, primary_key=True)
    starts_on: Mapped[date] = mapped_column(primary_key=True)
    viewed: Mapped[int] = mapped_column(sort_order=2)
    shared: Mapped[int] = mapped_column(sort_order=2)
    sent: Mapped[int] = mapped_column(sort_order=2)
    presented: Mapped[int] = mapped_column(sort_order=2)
    downloaded: Mapped[int] = mapped_column(sort_order=2)
    customized: Mapped[int] = mapped_column(sort_order=2)
    recreated: Mapped[int] = mapped_column(sort_order=2)
    minutes: Mapped[Decimal] = mapped_column(sort_order=2)
    customized_minutes: Mapped[Decimal] = mapped_column(sort_order=2)
    recreated_minutes: Mapped[Decimal] = mapped_column(sort_order=2)


class UsageByAsset(UsageRollup):
    """The events of one asset."""

    __tablename__ = "usage_by_asset"

    asset_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=1)

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (Index(None, "workspace_id", "asset_id", "span", "starts_on"),)


class UsageByMember(UsageRollup):
    """The events of one member."""

    __tablename__ = "usage_by_member"

    member_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=1)


class UsageByAssetAndMember(UsageRollup):
    """What one member did with one asset. Months only: by day this would be nearly as long as the events are."""

    __tablename__ = "usage_by_asset_and_member"

    asset_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=1)
    member_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=1)

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (Index(None, "workspace_id", "asset_id", "span", "starts_on"),)


NOBODY = UUID(int=0)
