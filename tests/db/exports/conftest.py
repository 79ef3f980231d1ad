"""One company with everything in it, exported once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import workspace_transaction
from db.seed import seed
from tests.conftest import MadeWorkspace, WorkspaceFactory
from tests.db.exports.support import export_to, silent
from tests.factories.oddities import add_oddities


@pytest.fixture(scope="session")
async def company(engine: AsyncEngine, make_workspace: WorkspaceFactory) -> MadeWorkspace:
    """The demo company, which has something in every column, and rows that are harder to get right."""
    settings = {"time_zone": "Europe/Copenhagen", "currency_code": "DKK", "margin_rate": Decimal("0.4")}
    made = await make_workspace(name="Müller & Søn", **settings)
    await seed(engine, made.id, silent, until=date(2026, 1, 1))
    async with workspace_transaction(engine, made.id) as connection:
        await add_oddities(connection, made.id)
    return made


@pytest.fixture(scope="session")
async def exported(engine: AsyncEngine, company: MadeWorkspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The company's folder. It is shared: a test that changes files takes a copy."""
    return await export_to(engine, company.id, tmp_path_factory.mktemp("export"))
