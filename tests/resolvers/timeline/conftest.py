from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.conftest import MadeWorkspace, WorkspaceFactory
from tests.oracle.desk import Desk, desk
from tests.resolvers.timeline.customer import Customer, found


@pytest.fixture(scope="module")
async def shared(make_workspace: WorkspaceFactory) -> MadeWorkspace:
    """A workspace in which each test writes what it then takes back."""
    return await make_workspace()


@pytest.fixture
async def asked(engine: AsyncEngine, shared: MadeWorkspace) -> AsyncIterator[Desk]:
    async with desk(engine, shared.id) as made:
        yield made


@pytest.fixture
async def customer(asked: Desk) -> Customer:
    return await found(asked)
