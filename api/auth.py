"""From a token to the viewer it stands for."""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from db.models import Role
from db.pool import Pool
from resolvers.commands.token import parse_token
from resolvers.compiler.errors import unauthenticated
from resolvers.viewer import Viewer

TRUST_SECONDS = 5.0
"""How long a token is not looked up again: a revocation, or a partner's new team, is seen after that at the latest."""
_MAX_KNOWN = 10_000

_BEARER = re.compile(rb"bearer +(\S+) *", re.IGNORECASE)
_LOOK_UP = """
    SELECT token.workspace_id, token.id, token.role, token.member_id, token.expires_at,
           workspace.time_zone, workspace.fiscal_year_start_month, team.id
    FROM api_token AS token JOIN workspace ON workspace.id = $1
         LEFT JOIN member ON token.role = 'PARTNER' AND member.workspace_id = $1 AND member.id = token.member_id
         LEFT JOIN team ON team.department = 'PARTNER' AND team.workspace_id = $1 AND team.id = member.team_id
    WHERE token.workspace_id = $1 AND token.secret_hash = $2 AND token.revoked_at IS NULL
"""
_CALENDAR = "SELECT time_zone, fiscal_year_start_month FROM workspace WHERE id = $1"


@dataclass(frozen=True, slots=True)
class _Known:
    """What was found of a token: its viewer until it expires; None where there is no such token."""

    viewer: Viewer | None
    expires_at: datetime | None
    trusted_until: float


class Authenticator:
    """Knows the viewers of tokens seen lately, and finds the others in the database."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._valid: OrderedDict[bytes, _Known] = OrderedDict()
        self._refused: OrderedDict[bytes, _Known] = OrderedDict()
        """Apart from the valid ones, which guesses must not drive out."""

    async def viewer(self, authorization: bytes | None, now: datetime) -> Viewer:
        """Who sends this Authorization header; ApiError UNAUTHENTICATED, the same for every cause."""
        if authorization is None:
            raise unauthenticated()
        known = self._valid.get(authorization) or self._refused.get(authorization)
        if known is None or known.trusted_until < time.monotonic():
            known = await self._find(authorization)
        if known.viewer is None or (known.expires_at is not None and known.expires_at <= now):
            raise unauthenticated()
        return known.viewer

    async def _find(self, authorization: bytes) -> _Known:
        self._valid.pop(authorization, None)
        self._refused.pop(authorization, None)
        match = _BEARER.fullmatch(authorization)
        token = parse_token(match[1].decode("latin-1")) if match else None
        if token is None:
            raise unauthenticated()
        row = await self._pool.fetch(_LOOK_UP, token.workspace_id, (token.workspace_id, token.secret_hash))
        trusted_until = time.monotonic() + TRUST_SECONDS
        if row is None:
            return _keep(self._refused, authorization, _Known(None, None, trusted_until))
        # The driver's own UUID of the workspace is bound faster than the one that was parsed.
        workspace_id, id_, role, member_id, expires_at, time_zone, first_month, team_id = row
        viewer = Viewer(workspace_id, Role[role], id_, member_id, ZoneInfo(time_zone), first_month, team_id)
        return _keep(self._valid, authorization, _Known(viewer, expires_at, trusted_until))


async def admin_of(pool: Pool, workspace_id: UUID) -> Viewer:
    """The workspace's own administration, which needs no token: whoever has the database may."""
    row = await pool.fetch(_CALENDAR, workspace_id, (workspace_id,))
    if row is None:
        raise LookupError(f"there is no workspace {workspace_id}")
    return Viewer(workspace_id, Role.ADMIN, None, None, ZoneInfo(row[0]), row[1])


def _keep(known: OrderedDict[bytes, _Known], authorization: bytes, found: _Known) -> _Known:
    known[authorization] = found
    if len(known) > _MAX_KNOWN:
        known.popitem(last=False)
    return found
