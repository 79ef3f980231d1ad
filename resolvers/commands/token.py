"""API tokens: ``wl_<workspace>_<secret>``. The workspace is legible, the secret is shown once and kept as a hash."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import workspace_transaction
from db.models import ApiToken, Role

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


async def create_token(
    engine: AsyncEngine, workspace_id: UUID, role: Role, *, name: str, expires_in_days: int | None = None
) -> str:
    """Make a token of the workspace and return it; nobody can read it from the database again."""
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


def _hashed(secret: str) -> bytes:
    return sha256(secret.encode("ascii")).digest()
