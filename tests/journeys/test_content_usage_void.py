"""contentUsageVoid: an event that should not have been recorded stays, and counts nowhere."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from db import rollups
from db.engine import workspace_transaction
from db.models import Role
from tests.api.client import client
from tests.conftest import MadeWorkspace, TokenFactory
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


async def test_what_is_wrong_is_told_and_nothing_is_written(world: World) -> None:
    usage_id = await recorded(world)
    missing = "use_" + usage_id.removeprefix("use_")[::-1].replace("-", "0")[:8] + usage_id[12:]
    failed = {"status": "FAILED", "usage": None}
    no_event = {
        "code": "NOT_FOUND",
        "field": ["input", "event"],
        "message": "There is no such usage event in the workspace.",
    }
    no_reason = {"code": "INVALID", "field": ["input", "reason"], "message": "A reason has 1 to 1000 characters."}
    assert await void(world, {"id": missing}) == {**failed, "userErrors": [no_event]}
    assert await void(world, {"id": world.ids["asset"]}, " ") == {**failed, "userErrors": [no_event, no_reason]}
    assert await void(world, {"id": usage_id}, "x" * 1001) == {**failed, "userErrors": [no_reason]}
    assert await ranking(world) == [("Guide", 1, 0)]


async def test_readers_may_not(world: World, asking: Asking, make_token: TokenFactory) -> None:
    usage_id = await recorded(world)
    reader = asking(await make_token(world.workspace_id, Role.VIEWER))
    answer = (await reader.ask(VOID, {"event": {"id": usage_id}, "reason": "No."})).json()
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert await ranking(world) == [("Guide", 1, 0)]


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
