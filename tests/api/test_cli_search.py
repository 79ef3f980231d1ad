"""``wavelength search`` against the tests' database."""

from __future__ import annotations

import asyncio

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import workspace_transaction
from db.models import SearchTerm
from tests.api.test_cli import Said, wavelength
from tests.conftest import MadeWorkspace
from tests.factories.account import account


async def test_check_tells_what_differs_and_rebuild_mends_it(
    workspace: MadeWorkspace, database_url: str, engine: AsyncEngine
) -> None:
    async def say(command: str) -> Said:
        named = ("search", command, "--workspace", workspace.slug)
        return await asyncio.to_thread(wavelength, *named, DATABASE_URL=database_url)

    assert await say("check") == Said(0, "0 words missing, 0 superfluous\n", [])
    async with workspace_transaction(engine, workspace.id) as connection:
        await account(connection, workspace.id, name="Nordlager Nord AG")
    assert await say("check") == Said(1, "3 words missing, 0 superfluous\n", [])
    assert await say("rebuild") == Said(0, "3 words indexed\n", [])
    assert await say("check") == Said(0, "0 words missing, 0 superfluous\n", [])
    async with workspace_transaction(engine, workspace.id) as connection:
        await connection.execute(delete(SearchTerm).where(SearchTerm.term == "ag"))
        await account(connection, workspace.id, name="Nord")
    assert await say("check") == Said(1, "2 words missing, 0 superfluous\n", [])


def test_a_workspace_that_is_not_there(database_url: str) -> None:
    for command in ("check", "rebuild"):
        said = wavelength("search", command, "--workspace", "nowhere", DATABASE_URL=database_url)
        assert (said.status, said.output, len(said.complaints)) == (1, "", 1)
