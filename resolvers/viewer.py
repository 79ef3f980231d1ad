"""Who asks, and when: the context that every plan is bound in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Text, Uuid, select

from db.models import Role, Workspace
from resolvers.compiler.arguments import Arguments
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.compiler.vocabulary import Rows, Source


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who a request is from, and the calendar of the workspace it reads.

    ``token_id`` is null for the workspace's own administration on the command line. ``partner_team_id`` is a
    partner's team, whose shared rows are all it sees; null for everybody else and for partners without one.
    """

    workspace_id: UUID
    role: Role
    token_id: UUID | None
    member_id: UUID | None
    time_zone: ZoneInfo
    fiscal_year_start_month: int
    partner_team_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """One request: its viewer and its moment (UTC), the same for all that it computes."""

    viewer: Viewer
    now: datetime


def current(_root: Source, arguments: Arguments) -> Rows:
    """The viewer as one row; nothing of it is stored."""
    return Rows(
        select(
            arguments.bind(Text(), (), lambda context: str(context.viewer.role)).label("role"),
            arguments.bind(Uuid(), (), lambda context: context.viewer.member_id).label("member_id"),
            arguments.bind(Uuid(), (), lambda context: context.viewer.token_id).label("token_id"),
        )
    )


def workspace(_viewer: Source, _arguments: Arguments) -> Rows:
    """The request's workspace."""
    row = open_table(Workspace)
    return Rows(select(row).where(in_workspace(row)))
