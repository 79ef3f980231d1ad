"""``wavelength rollups`` against the tests' database."""

from __future__ import annotations

import asyncio

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import workspace_transaction
from db.models import Span, UsageAction, UsageByAsset, Workspace
from tests.api.test_cli import Said, wavelength
from tests.conftest import MadeWorkspace
from tests.factories.content import asset, usage


async def test_check_tells_what_differs_and_rebuild_mends_it(
    workspace: MadeWorkspace, database_url: str, engine: AsyncEngine
) -> None:
    async def say(command: str) -> Said:
        named = ("rollups", command, "--workspace", workspace.slug)
        return await asyncio.to_thread(wavelength, *named, DATABASE_URL=database_url)

    async with workspace_transaction(engine, workspace.id) as connection:
        guide = await asset(connection, workspace.id)
        for _ in range(2):
            await usage(connection, workspace.id, guide, action=UsageAction.SENT)
    assert await say("check") == Said(0, "not built yet: questions read the events\n", [])
    assert await say("rebuild") == Said(0, "roll-ups rebuilt\n", [])
    assert await say("check") == Said(0, "0 rows differ from the events\n", [])
    async with workspace_transaction(engine, workspace.id) as connection:
        month = (UsageByAsset.workspace_id == workspace.id, UsageByAsset.span == Span.MONTH)
        await connection.execute(update(UsageByAsset).where(*month).values(sent=5, viewed=0))
    told = f"usage_by_asset, MONTH from 2026-01-01, asset_id {guide}: sent +3\n1 rows differ from the events\n"
    assert await say("check") == Said(1, told, [])
    assert await say("rebuild") == Said(0, "roll-ups rebuilt\n", [])
    assert await say("check") == Said(0, "0 rows differ from the events\n", [])


async def test_check_tells_that_the_roll_ups_are_of_another_zone(
    workspace: MadeWorkspace, database_url: str, owner_engine: AsyncEngine
) -> None:
    async def say(command: str) -> Said:
        named = ("rollups", command, "--workspace", workspace.slug)
        return await asyncio.to_thread(wavelength, *named, DATABASE_URL=database_url)

    await say("rebuild")
    async with owner_engine.begin() as connection:
        await connection.execute(update(Workspace).where(Workspace.id == workspace.id).values(time_zone="Asia/Tokyo"))
    told = "made for UTC, the workspace is in Asia/Tokyo: questions read the events\n0 rows differ from the events\n"
    assert await say("check") == Said(0, told, [])


def test_a_workspace_that_is_not_there(database_url: str) -> None:
    for command in ("check", "rebuild"):
        said = wavelength("rollups", command, "--workspace", "nowhere", DATABASE_URL=database_url)
        assert (said.status, said.output, len(said.complaints)) == (1, "", 1)
