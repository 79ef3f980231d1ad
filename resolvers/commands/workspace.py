"""Making a workspace, with the stages that both departments begin with, and finding one."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID
from zoneinfo import available_timezones

from sqlalchemy import Uuid, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.engine import enter_workspace
from db.models import BuyingStage, Department, FunnelStage, StageKind, Workspace

DEFAULT_SLUG = "demo"


class WorkspaceError(Exception):
    """The workspace cannot be made or found; the message says why."""


class WorkspaceExistsError(WorkspaceError):
    """Another workspace has the slug."""


class _Stage(NamedTuple):
    key: str
    name: str
    kind: StageKind
    department: Department | None
    win_probability: Decimal | None
    buying_stage: str | None


_MARKETING, _SALES = Department.MARKETING, Department.SALES

BUYING_STAGES = ("awareness", "consideration", "decision", "purchase")
FUNNEL_STAGES = (
    _Stage("inquiry", "Inquiry", StageKind.LEAD, _MARKETING, None, "awareness"),
    _Stage("mql", "MQL", StageKind.LEAD, _MARKETING, None, "awareness"),
    _Stage("sal", "SAL", StageKind.LEAD, _SALES, None, "consideration"),
    _Stage("sql", "SQL", StageKind.LEAD, _SALES, None, "consideration"),
    _Stage("discovery", "Discovery", StageKind.OPPORTUNITY, _SALES, Decimal("0.25"), "consideration"),
    _Stage("proposal", "Proposal", StageKind.OPPORTUNITY, _SALES, Decimal("0.5"), "decision"),
    _Stage("negotiation", "Negotiation", StageKind.OPPORTUNITY, _SALES, Decimal("0.75"), "decision"),
    _Stage("won", "Won", StageKind.WON, _SALES, Decimal(1), "purchase"),
    _Stage("lost", "Lost", StageKind.LOST, _SALES, Decimal(0), None),
    _Stage("disqualified", "Disqualified", StageKind.DISQUALIFIED, None, None, None),
    _Stage("recycled", "Recycled", StageKind.RECYCLED, _MARKETING, None, None),
)


async def create_workspace(
    owner: AsyncEngine,
    slug: str,
    *,
    name: str | None = None,
    time_zone: str = "UTC",
    currency_code: str = "USD",
    margin_rate: Decimal = Decimal(1),
) -> UUID:
    """Make a workspace with its default stages, as the tables' owner; the name defaults to the slug's words.

    Raises :class:`WorkspaceExistsError` where the slug is taken, and :class:`WorkspaceError` where a value is wrong.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", slug):
        raise WorkspaceError(
            f"{slug!r} is not a slug: lower-case letters, digits and hyphens, 63 at most, none of them a first hyphen"
        )
    if time_zone not in available_timezones():
        raise WorkspaceError(f"{time_zone!r} is not a time zone, such as Europe/Berlin")
    if not re.fullmatch(r"[A-Z]{3}", currency_code):
        raise WorkspaceError(f"{currency_code!r} is not a currency code of three letters, such as EUR")
    if margin_rate.is_nan() or not 0 <= margin_rate <= 1:
        raise WorkspaceError(f"{margin_rate} is not a share: the margin is from 0 to 1, such as 0.62")
    values = {
        "slug": slug,
        "name": name or slug.replace("-", " ").capitalize(),
        "time_zone": time_zone,
        "currency_code": currency_code,
        "margin_rate": margin_rate,
    }
    async with owner.begin() as connection:
        # The id comes first: row-level security admits only rows of the workspace that the transaction has entered.
        workspace_id = (await connection.scalars(select(func.uuidv7(type_=Uuid())))).one()
        await enter_workspace(connection, workspace_id)
        try:
            await connection.execute(insert(Workspace).values(id=workspace_id, **values))
        except IntegrityError as error:
            raise WorkspaceExistsError(f"there is a workspace {slug!r} already") from error
        await _create_stages(connection, workspace_id)
    return workspace_id


async def find_workspace(owner: AsyncEngine, slug: str) -> UUID:
    """The id of the workspace with the slug, looked up as the tables' owner; :class:`WorkspaceError` where none is."""
    async with owner.connect() as connection:
        workspace_id = await connection.scalar(select(Workspace.id).where(Workspace.slug == slug))
    if workspace_id is None:
        raise WorkspaceError(f"there is no workspace {slug!r}: make it with `wavelength workspace create {slug}`")
    return workspace_id


async def _create_stages(connection: AsyncConnection, workspace_id: UUID) -> None:
    created = await connection.execute(
        insert(BuyingStage).returning(BuyingStage.key, BuyingStage.id),
        [
            {"workspace_id": workspace_id, "key": key, "name": key.capitalize(), "position": position}
            for position, key in enumerate(BUYING_STAGES, start=1)
        ],
    )
    buying_stages = {row.key: row.id for row in created}
    await connection.execute(
        insert(FunnelStage),
        [
            {
                "workspace_id": workspace_id,
                "key": stage.key,
                "name": stage.name,
                "position": position,
                "kind": stage.kind,
                "department": stage.department,
                "win_probability": stage.win_probability,
                "buying_stage_id": None if stage.buying_stage is None else buying_stages[stage.buying_stage],
            }
            for position, stage in enumerate(FUNNEL_STAGES, start=1)
        ],
    )
