"""API tokens: ``wl_<workspace>_<secret>``. The workspace is legible, the secret is shown once and kept as a hash."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.engine import workspace_transaction
from db.models import ApiToken, Member, Role

_SECRET_BYTES = 32
_TOKEN = re.compile(r"wl_([0-9a-f]{32})_([A-Za-z0-9_-]{43})")


class Token(NamedTuple):
    """A token taken apart: whose it is, and what the table keeps of its secret."""

    workspace_id: UUID
    secret_hash: bytes


def parse_token(token: str) -> Token | None:
    """Take a token apart; None where it does not have a token's shape."""
    match = _TOKEN.fullmatch(token)
    if match is None:
        return None
    workspace, secret = match.groups()
    return Token(UUID(workspace), _hashed(secret))


class TokenError(Exception):
    """A token cannot be made; the message says why."""


async def create_token(
    engine: AsyncEngine,
    workspace_id: UUID,
    role: Role,
    *,
    name: str,
    expires_in_days: int | None = None,
    member_email: str | None = None,
) -> str:
    """Make a token of the workspace and return it; nobody can read it from the database again.

    It acts as the member with ``member_email``; TokenError where not exactly one has it. A partner's token shows
    what is shared with its member's team, and no more than the vocabulary without a member.
    """
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    expires_at = None if expires_in_days is None else datetime.now(UTC) + timedelta(days=expires_in_days)
    row = {
        "workspace_id": workspace_id,
        "name": name,
        "role": role,
        "secret_hash": _hashed(secret),
        "expires_at": expires_at,
    }
    async with workspace_transaction(engine, workspace_id) as connection:
        if member_email is not None:
            row["member_id"] = await _member_with(connection, workspace_id, member_email)
        await connection.execute(insert(ApiToken).values(row))
    return f"wl_{workspace_id.hex}_{secret}"


async def is_valid(engine: AsyncEngine, token: str) -> bool:
    """Whether the token exists and is neither expired nor revoked."""
    parsed = parse_token(token)
    if parsed is None:
        return False
    valid = select(func.count()).where(
        ApiToken.workspace_id == parsed.workspace_id,
        ApiToken.secret_hash == parsed.secret_hash,
        ApiToken.revoked_at.is_(None),
        or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > func.now()),
    )
    async with workspace_transaction(engine, parsed.workspace_id) as connection:
        return bool(await connection.scalar(valid))


async def _member_with(connection: AsyncConnection, workspace_id: UUID, email: str) -> UUID:
    known = select(Member.id).where(Member.workspace_id == workspace_id, func.lower(Member.email) == email.lower())
    found = (await connection.scalars(known)).all()
    if len(found) != 1:
        raise TokenError(f"{'no' if not found else 'more than one'} member has the e-mail address {email}")
    return found[0]


def _hashed(secret: str) -> bytes:
    return sha256(secret.encode("ascii")).digest()
