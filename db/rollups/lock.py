"""Whoever writes a workspace's roll-ups holds a lock; writers of events do not."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Text, func, literal


def lock(workspace_id: UUID) -> Any:
    """The key of the advisory lock."""
    return func.hashtextextended(literal(f"rollups {workspace_id}", Text()), 0)
