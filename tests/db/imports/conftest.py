"""A desk for each test: imports go into a workspace of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.conftest import MadeWorkspace
from tests.db.imports.support import Desk


@pytest.fixture
def desk(engine: AsyncEngine, workspace: MadeWorkspace, tmp_path: Path) -> Desk:
    return Desk(engine, workspace.id, tmp_path)
