"""What voiding is for events of every kind: done once, by whom it may be done, in one's own workspace."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.engine import workspace_transaction
from db.models import ContentUsage, Entity, EventVoid, Role, StageTransition, Touchpoint
from resolvers.ids import encode
from tests.api.client import Client, code_of
from tests.conftest import TokenFactory, WorkspaceFactory
from tests.factories.content import asset, usage
from tests.factories.journey import RECEIVED, journey, lead, stages, transition
from tests.factories.member import member
from tests.factories.touchpoint import touchpoint
from tests.journeys.conftest import Asking

Write: TypeAlias = Callable[[AsyncConnection, UUID], Awaitable[UUID]]


async def used(connection: AsyncConnection, own: UUID) -> UUID:
    return await usage(connection, own, await asset(connection, own))


async def moved(connection: AsyncConnection, own: UUID) -> UUID:
    way = await journey(connection, own)
    named = {"lead_id": await lead(connection, own, journey_id=way), "occurred_at": RECEIVED}
    return await transition(connection, own, way, (await stages(connection, own))["mql"], **named)


@dataclass(frozen=True)
class Kind:
    """A kind of event: its model, how one is written, and what the schema calls it."""

    model: type[Entity]
    write: Write
    mutation: str
    place: str
    listed: str


KINDS = {
    "usage": Kind(ContentUsage, used, "contentUsageVoid", "usage", "contentUsageEvents"),
    "touchpoint": Kind(Touchpoint, touchpoint, "touchpointVoid", "touchpoint", "touchpoints"),
    "transition": Kind(StageTransition, moved, "stageTransitionVoid", "stageTransition", "stageTransitions"),
}


@dataclass(frozen=True)
class Desk:
    """A workspace with one event of a kind, asked by whoever has a token."""

    engine: AsyncEngine
    workspace_id: UUID
    kind: Kind
    id: str
    client: Client

    @property
    def document(self) -> str:
        return f"""mutation ($event: EntityRefInput!, $reason: String!) {{
          {self.kind.mutation}(input: {{ event: $event, reason: $reason }}) {{
            status
            {self.kind.place} {{ id voided {{ reason member {{ name }} event {{ id __typename }} }} }}
            userErrors {{ code field message }}
          }}
        }}"""

    async def void(self, event: dict[str, Any], reason: str = "It was a test.", client: Client | None = None) -> Any:
        """The payload, with the event as ``event``."""
        asked = await (client or self.client).data(self.document, {"event": event, "reason": reason})
        return {
            "event" if name == self.kind.place else name: value for name, value in asked[self.kind.mutation].items()
        }

    async def voids(self) -> list[tuple[str, str]]:
        """The voided events of the workspace, with the reasons."""
        found = select(EventVoid.event_id, EventVoid.reason).where(
            EventVoid.event_table == self.kind.model.__tablename__
        )
        async with workspace_transaction(self.engine, self.workspace_id) as connection:
            return [(encode(self.kind.model, key), reason) for key, reason in await connection.execute(found)]


Made: TypeAlias = Callable[[], Awaitable[Desk]]


@pytest.fixture(params=list(KINDS))
def made(
    request: pytest.FixtureRequest,
    engine: AsyncEngine,
    make_workspace: WorkspaceFactory,
    asking: Asking,
    make_token: TokenFactory,
) -> Made:
    """Makes a workspace with one event."""

    async def make() -> Desk:
        kind, workspace = KINDS[request.param], await make_workspace()
        async with workspace_transaction(engine, workspace.id) as connection:
            key = await kind.write(connection, workspace.id)
        client = asking(await make_token(workspace.id))
        return Desk(engine, workspace.id, kind, encode(kind.model, key), client)

    return make


@pytest.fixture
async def desk(made: Made) -> Desk:
    return await made()


async def test_what_is_void_says_so_and_stays_in_lists(desk: Desk, asking: Asking, make_token: TokenFactory) -> None:
    async with workspace_transaction(desk.engine, desk.workspace_id) as connection:
        await member(connection, desk.workspace_id, name="Sam Vik", email="sam@example.org")
    sam = asking(await make_token(desk.workspace_id, Role.CONTRIBUTOR, member="sam@example.org"))
    event = {"id": desk.id, "__typename": desk.kind.model.__name__}
    said = {"reason": "It was a test.", "member": {"name": "Sam Vik"}, "event": event}
    assert await desk.void({"id": desk.id}, " It was a test. ", sam) == {
        "status": "CREATED",
        "event": {"id": desk.id, "voided": said},
        "userErrors": [],
    }
    listed = await desk.client.data(
        f"{{ {desk.kind.listed}(first: 9) {{ totalCount nodes {{ id voided {{ reason }} }} }} }}"
    )
    assert listed[desk.kind.listed] == {
        "totalCount": 1,
        "nodes": [{"id": desk.id, "voided": {"reason": "It was a test."}}],
    }


async def test_voiding_twice_says_so_and_keeps_the_first_reason(desk: Desk) -> None:
    answers = [await desk.void({"id": desk.id}, reason) for reason in ("First.", "Second.")]
    assert [answer["status"] for answer in answers] == ["CREATED", "UNCHANGED"]
    assert [answer["event"]["voided"]["reason"] for answer in answers] == ["First.", "First."]
    assert await desk.voids() == [(desk.id, "First.")]


async def test_of_eight_at_once_one_voids(desk: Desk) -> None:
    answers = await asyncio.gather(*(desk.void({"id": desk.id}) for _ in range(8)))
    assert sorted(answer["status"] for answer in answers) == ["CREATED", *["UNCHANGED"] * 7]
    assert {answer["event"]["id"] for answer in answers} == {desk.id}
    assert len(await desk.voids()) == 1


async def test_what_is_wrong_is_told_and_nothing_is_written(desk: Desk) -> None:
    failed = {"status": "FAILED", "event": None}
    no_event = {"code": "NOT_FOUND", "field": ["input", "event"], "message": "There is no such event in the workspace."}
    no_reason = {"code": "INVALID", "field": ["input", "reason"], "message": "A reason has 1 to 1000 characters."}
    for unknown in (
        {"id": encode(desk.kind.model, UUID(int=1))},
        {"id": "nonsense"},
        {"id": desk.id.replace(desk.kind.model.__prefix__, "lead")},
        {"externalRef": {"source": "crm", "externalId": "1"}},
    ):
        assert await desk.void(unknown) == {**failed, "userErrors": [no_event]}
    assert await desk.void({"id": "nonsense"}, " ") == {**failed, "userErrors": [no_event, no_reason]}
    assert await desk.void({"id": desk.id}, "x" * 1001) == {**failed, "userErrors": [no_reason]}
    assert await desk.voids() == []


async def test_another_workspaces_event_is_not_there(made: Made) -> None:
    ours, theirs = await made(), await made()
    answer = await ours.void({"id": theirs.id})
    assert (answer["status"], answer["event"], answer["userErrors"][0]["code"]) == ("FAILED", None, "NOT_FOUND")
    assert (await ours.voids(), await theirs.voids()) == ([], [])
    found = await theirs.client.data(
        f'{{ node(id: "{theirs.id}") {{ ... on {theirs.kind.model.__name__} {{ voided {{ id }} }} }} }}'
    )
    assert found == {"node": {"voided": None}}


@pytest.mark.parametrize("role", [Role.VIEWER, Role.PARTNER])
async def test_who_only_reads_may_not(desk: Desk, role: Role, asking: Asking, make_token: TokenFactory) -> None:
    reader = asking(await make_token(desk.workspace_id, role))
    refused = await reader.ask(desk.document, {"event": {"id": desk.id}, "reason": "No."})
    assert (code_of(refused), refused.json()["data"]) == ("FORBIDDEN", None)
    assert await desk.voids() == []
