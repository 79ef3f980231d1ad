"""What every server is given: one database, one workspace, one token, and a few hundred ids to ask for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

REPOSITORY = Path(__file__).parent.parent


@dataclass(frozen=True)
class Site:
    """The data under measurement and how to reach it; ``owner`` is the user that owns the tables."""

    url: str
    socket_folder: str
    port: int
    owner: str
    database: str
    workspace: UUID
    token: str
    leads: tuple[UUID, ...]
    opportunities: tuple[UUID, ...]
    cache: Path
