"""What is void does not come back by an import, and counts in nothing that the import keeps."""

from __future__ import annotations

import asyncio

from db.engine import workspace_transaction
from db.imports import Change
from db.models import ContentUsage, Entity, StageTransition
from resolvers.commands.references import ExternalKey, external
from resolvers.commands.void import void as void_event
from tests.db.imports.support import Desk
from tests.db.imports.test_merge import DEAL_STAGES, LEAD_STAGES, MOVES_MAP, PATHS
from tests.factories.void import void as note_void
from tests.oracle.server import NOW

MOVES_HEADER = "id;deal;page;at;why\n"
USES = "SELECT title, won_uses FROM content_asset WHERE workspace_id = :w ORDER BY title"


async def void(desk: Desk, model: type[Entity], external_id: str) -> None:
    """Only note that an event is void: what follows from that is for the import to find."""
    key = ExternalKey("crm", external_id)
    async with workspace_transaction(desk.engine, desk.workspace_id) as connection:
        found = await external(connection, desk.workspace_id, model, [key])
        await note_void(connection, desk.workspace_id, model, found[key])


async def test_the_stage_follows_from_what_is_not_void(desk: Desk) -> None:
    await desk.take()
    await void(desk, StageTransition, "D1:won")
    await desk.take_files(MOVES_MAP, {"moves.csv": f"{MOVES_HEADER}M1;D1;p1;20.01.2026 20:30;n/a\n"})
    assert (await desk.rows(DEAL_STAGES))[0] == ("D1", "negotiation", None, False, True)
    assert (await desk.rows(LEAD_STAGES))[0] == ("L1", "negotiation", "2026-01-21")


async def test_a_transition_comes_from_what_is_not_void(desk: Desk) -> None:
    await desk.take()
    await void(desk, StageTransition, "D1:won")
    await desk.take_files(MOVES_MAP, {"moves.csv": f"{MOVES_HEADER}M1;D1;p1;01.03.2026 20:30;n/a\n"})
    assert ("M1", "discovery", "negotiation", "2026-03-02") in await desk.rows(PATHS)


async def test_uses_in_won_opportunities_are_those_that_are_not_void(desk: Desk) -> None:
    await desk.take()
    moves = f"{MOVES_HEADER}M1;D2;p1;12.01.2026 20:30;n/a\nM2;D2;p1;13.01.2026 20:30;n/a\n"
    await desk.take_files(MOVES_MAP, {"moves.csv": moves})
    assert await desk.rows(USES) == [("p1", 2), ("p2", 0)]
    await void(desk, ContentUsage, "M2")
    await desk.take_files(MOVES_MAP, {"moves.csv": f"{moves}M3;D2;p1;14.01.2026 20:30;n/a\n"})
    assert await desk.rows(USES) == [("p1", 2), ("p2", 0)]


async def test_an_import_waits_for_who_voids_on_the_same_journey(desk: Desk) -> None:
    await desk.take()
    own = (desk.workspace_id, StageTransition, ExternalKey("crm", "D1:won"), "A test.")
    async with workspace_transaction(desk.engine, desk.workspace_id) as connection:
        assert (await void_event(connection, *own, member_id=None, now=NOW)).status == "CREATED"
        moves = {"moves.csv": f"{MOVES_HEADER}M1;D1;p1;20.01.2026 20:30;n/a\n"}
        importing = asyncio.create_task(desk.take_files(MOVES_MAP, moves))
        await asyncio.sleep(1)
        assert not importing.done()
    await importing
    assert (await desk.rows(DEAL_STAGES))[0] == ("D1", "negotiation", None, False, True)


async def test_what_is_void_is_not_made_again(desk: Desk) -> None:
    await desk.take()
    for model, name in ((StageTransition, "D1:won"), (ContentUsage, "L1:page")):
        await void(desk, model, name)
    before = await desk.versions()
    report = await desk.take()
    assert await desk.versions() == before
    assert Change("deals.csv", "stage_transition", 0, 0, 2) in report.changes
    assert Change("leads.csv", "content_usage", 0, 0, 3) in report.changes
    assert await desk.rows("SELECT count(*) FROM event_void WHERE workspace_id = :w") == [(2,)]
