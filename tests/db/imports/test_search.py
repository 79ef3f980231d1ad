"""What an import writes can be found."""

from __future__ import annotations

from db.engine import workspace_transaction
from db.search import Differences, check
from tests.db.imports.support import LEADS, Desk

TERMS = "SELECT entity, string_agg(DISTINCT term, ' ' ORDER BY term) FROM search_term GROUP BY entity ORDER BY 1"


async def index(desk: Desk) -> Differences:
    async with workspace_transaction(desk.engine, desk.workspace_id) as connection:
        return await check(connection, desk.workspace_id)


async def test_after_an_import_the_index_is_what_a_rebuild_would_make(desk: Desk) -> None:
    await desk.take()
    assert await index(desk) == Differences(0, 0)
    found = [("content_asset", "p1 p2"), ("lead", "a b example org"), ("opportunity", "d1 d2 deal")]
    assert await desk.rows(TERMS) == found
    await desk.take(leads=LEADS.replace("a@example.org", "ada@example.org"))
    assert await index(desk) == Differences(0, 0)
    assert await desk.rows(TERMS) == [found[0], ("lead", "ada b example org"), found[2]]


async def test_a_refused_import_changes_no_word(desk: Desk) -> None:
    await desk.take()
    before = await desk.rows(TERMS)
    refused = LEADS.replace("a@example.org", "ada@example.org") + "L4,not a day,,p9,,,\n"
    assert not (await desk.take(leads=refused, strict=True)).imported
    assert await desk.rows(TERMS) == before
    assert await index(desk) == Differences(0, 0)
