from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.api.client import Client, client
from tests.conftest import TokenFactory, WorkspaceFactory


@pytest.fixture(scope="session")
async def api(database_url: str, make_workspace: WorkspaceFactory, make_token: TokenFactory) -> AsyncIterator[Client]:
    """An application with the default settings, asked as the admin of a new workspace."""
    workspace = await make_workspace()
    async with client(database_url, await make_token(workspace.id)) as running:
        yield running
