"""What an import writes is added up."""

from __future__ import annotations

from db import rollups
from db.engine import workspace_transaction
from tests.db.imports.support import LEADS, Desk

MONTHS = "SELECT starts_on::text, sum(viewed) FROM usage_by_asset WHERE span = 'MONTH' GROUP BY starts_on ORDER BY 1"


async def checked(desk: Desk) -> rollups.Checked:
    async with workspace_transaction(desk.engine, desk.workspace_id) as connection:
        return await rollups.check(connection, desk.workspace_id)


async def test_an_import_adds_its_events_to_what_there_is(desk: Desk) -> None:
    await desk.take()
    first = await desk.rows(MONTHS)
    assert sum(count for _, count in first) == (await desk.rows("SELECT count(*) FROM content_usage"))[0][0] > 0
    added = LEADS.splitlines()[1].replace("L1", "L9").replace("a@example.org", "nine@example.org")
    await desk.take(leads=LEADS + added + "\n")
    assert sum(count for _, count in await desk.rows(MONTHS)) == sum(count for _, count in first) + 1
    found = await checked(desk)
    assert (found.in_use, found.differences) == (True, [])
    assert await desk.rows("SELECT count(*) FROM usage_delta") == [(0,)]
