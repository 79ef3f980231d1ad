"""contentUsageRecord: nobody records what they may not, and nothing crosses from one workspace to another."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import delete, insert, update
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import workspace_transaction
from db.models import ContentAsset, ContentUsage, ExternalRef, Role
from resolvers.commands.usage import REFERENCES
from resolvers.compiler.vocabulary import split_id
from tests.api.client import code_of
from tests.conftest import MadeWorkspace, TokenFactory, WorkspaceFactory
from tests.journeys.conftest import Asking
from tests.journeys.recording import RECORD, World, build

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
async def world(engine: AsyncEngine, workspace: MadeWorkspace, asking: Asking, make_token: TokenFactory) -> World:
    return await build(engine, workspace.id, asking(await make_token(workspace.id)))


@pytest.fixture
async def other(
    engine: AsyncEngine, make_workspace: WorkspaceFactory, asking: Asking, make_token: TokenFactory
) -> World:
    """The same in another workspace."""
    workspace = await make_workspace()
    return await build(engine, workspace.id, asking(await make_token(workspace.id)))


@pytest.mark.parametrize("role", [Role.VIEWER, Role.PARTNER])
async def test_roles_that_only_read_record_nothing(
    world: World, role: Role, asking: Asking, make_token: TokenFactory
) -> None:
    client = asking(await make_token(world.workspace_id, role))
    event = world.event(opportunity=world.named("opportunity"))
    response = await client.ask(RECORD, {"events": [event]})
    assert response.json()["data"] is None
    assert code_of(response) == "FORBIDDEN"
    assert response.json()["errors"][0]["message"] == f"The role {role} may not do contentUsageRecord."
    assert await world.count() == (0, 0)
    assert await world.won_uses() == {"Guide": 0, "Deck": 0}


@pytest.mark.parametrize("role", [Role.CONTRIBUTOR, Role.MANAGER, Role.ADMIN])
async def test_roles_that_contribute_record(world: World, role: Role, asking: Asking, make_token: TokenFactory) -> None:
    client = asking(await make_token(world.workspace_id, role))
    answer = await client.data(RECORD, {"events": [world.event()]})
    assert answer["contentUsageRecord"]["results"][0]["status"] == "CREATED"
    assert await world.count() == (1, 0)


@pytest.mark.parametrize("id_", [None, "asset_00000000-0000-7000-8000-000000000000"])
async def test_a_reference_names_one_thing_in_one_way(world: World, id_: str | None) -> None:
    both = {"id": id_, "externalRef": {"source": "crm", "externalId": "asset"}}
    response = await world.client.ask(RECORD, {"events": [world.event(asset=both)]})
    assert code_of(response) == "BAD_USER_INPUT"
    assert await world.count() == (0, 0)


@pytest.mark.parametrize("name", REFERENCES)
async def test_another_workspaces_rows_are_not_found(world: World, other: World, name: str) -> None:
    event = world.event(opportunity=world.named("opportunity"))
    payload = await world.record(event | {name: other.named(name)})
    message = f"There is no such {name} in the workspace."
    assert payload["userErrors"] == [{"code": "NOT_FOUND", "field": ["input", "events", "0", name], "message": message}]
    assert [result["status"] for result in payload["results"]] == ["FAILED"]
    for each in (world, other):
        assert await each.count() == (0, 0)
        assert await each.won_uses() == {"Guide": 0, "Deck": 0}


async def test_external_ids_are_each_workspaces_own(world: World, other: World) -> None:
    key = {"source": "sales-room", "externalId": "session/1"}
    in_crm = {"externalRef": {"source": "crm", "externalId": "asset"}}
    first = await world.record(world.event(asset=in_crm, externalRef=key))
    second = await other.record(other.event(asset=in_crm, externalRef=key, action="VIEWED"))
    assert [payload["results"][0]["status"] for payload in (first, second)] == ["CREATED", "CREATED"]
    rows = [await each.row(payload["results"][0]["usage"]["id"]) for each, payload in ((world, first), (other, second))]
    assert [f"asset_{row['asset_id']}" for row in rows] == [world.ids["asset"], other.ids["asset"]]
    assert [row["workspace_id"] for row in rows] == [world.workspace_id, other.workspace_id]


@pytest.mark.parametrize("table", [ContentUsage, ExternalRef])
async def test_the_server_cannot_write_into_another_workspace(world: World, other: World, table: type[Any]) -> None:
    await other.record(other.event(externalRef={"source": "sales-room", "externalId": "session/1"}))
    row: dict[str, Any] = {"workspace_id": other.workspace_id}
    if table is ContentUsage:
        row |= {"asset_id": split_id(other.ids["asset"])[1], "action": "VIEWED", "occurred_at": NOON}
    else:
        row |= {"entity": "content_usage", "source": "x", "external_id": "1", "entity_id": other.workspace_id}
    with pytest.raises(ProgrammingError, match="violates row-level security policy"):
        async with workspace_transaction(world.engine, world.workspace_id) as connection:
            await connection.execute(insert(table).values(row))
    assert await other.count() == (1, 1)


async def test_the_server_cannot_change_another_workspaces_assets(world: World, other: World) -> None:
    async with workspace_transaction(world.engine, world.workspace_id) as connection:
        changed = await connection.execute(
            update(ContentAsset).where(ContentAsset.workspace_id == other.workspace_id).values(won_uses=99)
        )
    assert changed.rowcount == 0
    assert await other.won_uses() == {"Guide": 0, "Deck": 0}


@pytest.mark.parametrize(
    "change", [update(ContentUsage).values(minutes=1), delete(ContentUsage)], ids=["update", "delete"]
)
async def test_the_server_cannot_change_what_is_recorded(world: World, change: Any) -> None:
    await world.record(world.event())
    with pytest.raises(ProgrammingError, match="permission denied for table content_usage"):
        async with workspace_transaction(world.engine, world.workspace_id) as connection:
            await connection.execute(change.where(ContentUsage.workspace_id == world.workspace_id))
    assert await world.count() == (1, 0)
