"""contentUsageVoid: an event that should not have been recorded stays, and counts nowhere."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from db import rollups
from db.engine import workspace_transaction
from db.models import Opportunity, StageTransition
from resolvers.ids import decode, encode
from tests.api.client import client
from tests.conftest import MadeWorkspace, TokenFactory
from tests.factories.journey import RECEIVED, stages, transition
from tests.journeys.conftest import Asking
from tests.journeys.recording import World, build

VOID = """
mutation Void($event: EntityRefInput!, $reason: String!) {
  contentUsageVoid(input: { event: $event, reason: $reason }) {
    status
    usage { id action voided { reason event { id __typename } } }
    userErrors { code field message }
  }
}
"""
VOID_TRANSITION = """
mutation ($event: EntityRefInput!) { stageTransitionVoid(input: { event: $event, reason: "No." }) { status } }
"""
USES = """
query { contentUsage(period: { window: ALL_TIME }) { nodes { asset { title } uses users } } }
"""


@pytest.fixture
async def world(engine: AsyncEngine, workspace: MadeWorkspace, asking: Asking, make_token: TokenFactory) -> World:
    return await build(engine, workspace.id, asking(await make_token(workspace.id)))


async def recorded(world: World, **values: Any) -> str:
    payload = await world.record(world.event(**values))
    usage_id: str = payload["results"][0]["usage"]["id"]
    return usage_id


async def void(world: World, event: dict[str, Any], reason: str = "It was a test.") -> Any:
    return (await world.client.data(VOID, {"event": event, "reason": reason}))["contentUsageVoid"]


async def ranking(world: World) -> list[tuple[str, int, int]]:
    nodes = (await world.client.data(USES))["contentUsage"]["nodes"]
    return [(node["asset"]["title"], node["uses"], node["users"]) for node in nodes]


async def test_a_voided_event_stays_and_counts_nowhere(world: World) -> None:
    kept = {"member": world.named("member")}
    usage_id = await recorded(world, opportunity=world.named("opportunity"), **kept)
    await recorded(world, opportunity=world.named("opportunity"), **kept)
    assert (await ranking(world), await world.won_uses()) == ([("Guide", 2, 1)], {"Guide": 2, "Deck": 0})
    assert await void(world, {"id": usage_id}, " It was a test. ") == {
        "status": "CREATED",
        "usage": {
            "id": usage_id,
            "action": "SENT",
            "voided": {"reason": "It was a test.", "event": {"id": usage_id, "__typename": "ContentUsage"}},
        },
        "userErrors": [],
    }
    assert (await ranking(world), await world.won_uses()) == ([("Guide", 1, 1)], {"Guide": 1, "Deck": 0})
    assert await world.count() == (2, 0)


async def test_voiding_twice_says_so_and_keeps_the_first_reason(world: World) -> None:
    usage_id = await recorded(world, opportunity=world.named("opportunity"))
    answers = [await void(world, {"id": usage_id}, reason) for reason in ("First.", "Second.")]
    assert [answer["status"] for answer in answers] == ["CREATED", "UNCHANGED"]
    assert answers[1]["usage"]["voided"]["reason"] == "First."
    assert (await ranking(world), await world.won_uses()) == ([], {"Guide": 0, "Deck": 0})


async def test_only_one_of_many_at_once_voids(world: World) -> None:
    usage_id = await recorded(world, opportunity=world.named("opportunity"))
    answers = await asyncio.gather(*(void(world, {"id": usage_id}) for _ in range(4)))
    assert sorted(answer["status"] for answer in answers) == ["CREATED", "UNCHANGED", "UNCHANGED", "UNCHANGED"]
    assert await world.won_uses() == {"Guide": 0, "Deck": 0}


async def test_an_event_can_be_named_by_its_external_id_and_is_not_recorded_again(world: World) -> None:
    key = {"source": "sales-room", "externalId": "session/1"}
    usage_id = await recorded(world, externalRef=key)
    answer = await void(world, {"externalRef": key})
    assert (answer["status"], answer["usage"]["id"]) == ("CREATED", usage_id)
    again = await world.record(world.event(externalRef=key))
    assert [row["status"] for row in again["results"]] == ["UNCHANGED"]
    assert await ranking(world) == []


async def test_making_something_again_was_no_use_that_could_be_taken_back(world: World) -> None:
    usage_id = await recorded(world, action="RECREATED", opportunity=world.named("opportunity"))
    await void(world, {"id": usage_id})
    assert await world.won_uses() == {"Guide": 0, "Deck": 0}


async def test_uses_voided_while_their_opportunity_is_no_longer_won_are_taken_back_once(world: World) -> None:
    """In whichever order they come, neither waits for the other in a circle."""
    won = world.named("opportunity")
    uses = [await recorded(world, opportunity=won) for _ in range(6)]
    key = decode(Opportunity, won["id"])
    async with workspace_transaction(world.engine, world.workspace_id) as connection:
        way = (await connection.execute(select(Opportunity.journey_id).where(Opportunity.id == key))).scalar_one()
        to = (connection, world.workspace_id, way, (await stages(connection, world.workspace_id))["won"])
        entry = encode(StageTransition, await transition(*to, opportunity_id=key, occurred_at=RECEIVED))
    assert await world.won_uses() == {"Guide": 6, "Deck": 0}
    taken_back = world.client.data(VOID_TRANSITION, {"event": {"id": entry}})
    _, *answers = await asyncio.gather(taken_back, *(void(world, {"id": use}) for use in uses[:4]))
    assert [answer["status"] for answer in answers] == ["CREATED"] * 4
    assert await world.won_uses() == {"Guide": 0, "Deck": 0}


async def test_the_server_merges_what_is_recorded(
    database_url: str, engine: AsyncEngine, world: World, make_token: TokenFactory
) -> None:
    token = await make_token(world.workspace_id)
    async with client(database_url, token, merge_seconds=0.02) as quick:
        served = World(world.workspace_id, engine, quick, world.ids)
        await served.client.data(USES)
        kept = await recorded(served, member=world.named("member"))
        await void(served, {"id": await recorded(served)})
        for _ in range(500):
            if not await _pending(served):
                break
            await asyncio.sleep(0.02)
        assert kept.startswith("use_")
        assert not await _pending(served)
        assert await ranking(served) == [("Guide", 1, 1)]
    async with workspace_transaction(engine, world.workspace_id) as connection:
        found = await rollups.check(connection, world.workspace_id)
        assert (found.in_use, found.differences) == (True, [])


async def _pending(world: World) -> bool:
    """Whether the roll-ups are not made yet, or deltas wait."""
    async with workspace_transaction(world.engine, world.workspace_id) as connection:
        found = await rollups.check(connection, world.workspace_id)
        pending = await connection.exec_driver_sql("SELECT count(*) FROM usage_delta")
        return found.made_for is None or pending.scalar_one() > 0
