"""What events add up to, by day and by month. Derived: docs/decisions/0050-rollups.md tells how it stays exact."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, SmallInteger
from sqlalchemy.dialects.postgresql import BIT
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Tenant, Term, term
from db.models.content import UsageAction

NOBODY = UUID(int=0)
"""Stands in a key, which has no nulls, for what is not known."""

BLOCK = 128
"""Members whose bits are in one row."""


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


class Delta(Tenant):
    """An event that is not in the roll-ups yet (``sign`` 1), or that is to be taken out of them (-1)."""

    __abstract__ = True
    __derived__ = True

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True, sort_order=-1)
    sign: Mapped[int] = mapped_column(SmallInteger, sort_order=-1)
    occurred_at: Mapped[datetime] = mapped_column(sort_order=1)

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (CheckConstraint("sign IN (1, -1)", name="sign_known"),)


class Rollup(Tenant):
    """What the events of one day or month add up to, a row for each of its further keys."""

    __abstract__ = True
    __derived__ = True

    span: Mapped[Span] = term("span", Span, primary_key=True)
    starts_on: Mapped[date] = mapped_column(primary_key=True)


class UsageDelta(Delta):
    """A usage event to be counted."""

    __tablename__ = "usage_delta"

    asset_id: Mapped[UUID]
    member_id: Mapped[UUID | None]
    action: Mapped[UsageAction] = term("action", UsageAction)
    minutes: Mapped[Decimal | None]


class UsageRollup(Rollup):
    """Events of each action, all minutes that they took, and those of two actions that people ask for."""

    __abstract__ = True

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
    """The usage events of one asset."""

    __tablename__ = "usage_by_asset"

    asset_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=1)

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (Index(None, "workspace_id", "asset_id", "span", "starts_on"),)


class UsageByMember(UsageRollup):
    """The usage events of one member."""

    __tablename__ = "usage_by_member"

    member_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=1)


class UsagePlace(Tenant):
    """Which bit stands for a member who uses content: number ``place`` % :data:`BLOCK` of block ``place`` ÷ it."""

    __tablename__ = "usage_place"
    __derived__ = True

    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    place: Mapped[int]


class UsersByAsset(Rollup):
    """Who did something with one asset: for each action a bit of each member of a block."""

    __tablename__ = "users_by_asset"

    asset_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=1)
    block: Mapped[int] = mapped_column(primary_key=True, sort_order=1)
    viewed: Mapped[str] = mapped_column(BIT(BLOCK), sort_order=2)
    shared: Mapped[str] = mapped_column(BIT(BLOCK), sort_order=2)
    sent: Mapped[str] = mapped_column(BIT(BLOCK), sort_order=2)
    presented: Mapped[str] = mapped_column(BIT(BLOCK), sort_order=2)
    downloaded: Mapped[str] = mapped_column(BIT(BLOCK), sort_order=2)
    customized: Mapped[str] = mapped_column(BIT(BLOCK), sort_order=2)
    recreated: Mapped[str] = mapped_column(BIT(BLOCK), sort_order=2)

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (Index(None, "workspace_id", "asset_id", "span", "starts_on"),)


class TouchpointDelta(Delta):
    """A touchpoint to be counted."""

    __tablename__ = "touchpoint_delta"

    channel_id: Mapped[UUID | None]
    campaign_id: Mapped[UUID | None]
    cost: Mapped[Decimal | None]
    currency_code: Mapped[str | None]


class TouchpointRollup(Rollup):
    """Touchpoints, and what they cost in one currency (``""``: nothing)."""

    __abstract__ = True

    currency_code: Mapped[str] = mapped_column(primary_key=True, sort_order=2)
    touchpoints: Mapped[int] = mapped_column(sort_order=3)
    cost: Mapped[Decimal] = mapped_column(sort_order=3)


class TouchpointsByChannel(TouchpointRollup):
    """The touchpoints on one channel, those of campaigns and the others: few rows a day, for costs are read by day."""

    __tablename__ = "touchpoints_by_channel"

    channel_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=1)
    of_campaign: Mapped[bool] = mapped_column(primary_key=True, sort_order=1)


class TouchpointsByCampaign(TouchpointRollup):
    """The touchpoints of one campaign on one channel."""

    __tablename__ = "touchpoints_by_campaign"

    campaign_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=1)
    channel_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=1)


class EntryDelta(Delta):
    """An entry of a journey to a stage, to be counted; ``previous_at`` is its entry to the same stage before."""

    __tablename__ = "entry_delta"

    to_stage_id: Mapped[UUID]
    previous_at: Mapped[datetime | None]


class EntriesByStage(Rollup):
    """The entries to one stage, of journeys that had entered it before on one day, or never (``-infinity``)."""

    __tablename__ = "entries_by_stage"

    to_stage_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=1)
    previous_on: Mapped[date] = mapped_column(primary_key=True, sort_order=1)
    entries: Mapped[int] = mapped_column(sort_order=2)
