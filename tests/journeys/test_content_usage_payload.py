"""contentUsageRecord's payload is selected as a query is: aliases, fragments, variables, relations of relations."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import workspace_transaction
from resolvers.compiler.vocabulary import split_id
from tests.conftest import MadeWorkspace, TokenFactory
from tests.factories.journey import journey, lead, stages, transition
from tests.journeys.conftest import Asking
from tests.journeys.recording import World, build

PAYLOAD = """
mutation Record($events: [ContentUsageInput!]!, $short: Boolean!, $first: Int!) {
  recorded: contentUsageRecord(input: { events: $events }) {
    __typename
    results {
      ...Result
      again: usage { what: action asset { asset: title } }
    }
    rows: results { usage { id } }
  }
}

fragment Result on ContentUsageRecordResult {
  state: status
  usage {
    __typename
    ...Event
    minutes @skip(if: $short)
    ... on Node { createdAt @include(if: $short) }
  }
}

fragment Event on ContentUsage {
  action
  occurredAt
  externalRefs { source externalId }
  asset {
    title
    usages(first: $first, orderBy: [{ field: OCCURRED_AT }]) { totalCount nodes { at: occurredAt } }
    usage(period: { window: ALL_TIME }) { uses }
  }
  opportunity { name stage { key } }
  lead { id }
}
"""

TWICE = """
mutation Twice($events: [ContentUsageInput!]!) {
  a: contentUsageRecord(input: { events: $events }) { results { status usage { id minutes } } }
  b: contentUsageRecord(input: { events: $events }) { results { status usage { id action } } }
}
"""


@pytest.fixture
async def world(engine: AsyncEngine, workspace: MadeWorkspace, asking: Asking, make_token: TokenFactory) -> World:
    return await build(engine, workspace.id, asking(await make_token(workspace.id)))


async def test_the_payload_is_selected_as_a_query_is(world: World) -> None:
    key = {"source": "sales-room", "externalId": "session/1"}
    events = [
        world.event(opportunity=world.named("opportunity"), minutes="3"),
        world.event(asset=world.named("deck"), occurredAt="2026-03-03T10:00:00Z", externalRef=key),
        world.event(action="VIEWED", occurredAt="2026-03-01T10:00:00.5Z"),
    ]
    answer = await world.client.data(PAYLOAD, {"events": events, "short": False, "first": 1})
    recorded = answer["recorded"]
    assert recorded["__typename"] == "ContentUsageRecordPayload"
    first, second, third = recorded["results"]
    # The transaction that recorded them reads them: two uses of the guide, of which the third event is the earlier.
    guide = {
        "title": "Guide",
        "usages": {"totalCount": 2, "nodes": [{"at": "2026-03-01T10:00:00.5+00:00"}]},
        "usage": {"uses": 2},
    }
    assert first == {
        "state": "CREATED",
        "usage": {
            "__typename": "ContentUsage",
            "action": "SENT",
            "occurredAt": "2026-03-02T10:00:00+00:00",
            "externalRefs": [],
            "asset": guide,
            "opportunity": {"name": "Won", "stage": {"key": "won"}},
            "lead": None,
            "minutes": "3",
        },
        "again": {"what": "SENT", "asset": {"asset": "Guide"}},
    }
    assert second["usage"]["externalRefs"] == [key]
    assert second["usage"]["asset"]["usages"]["totalCount"] == 1
    assert (second["usage"]["opportunity"], second["usage"]["minutes"]) == (None, None)
    assert second["again"] == {"what": "SENT", "asset": {"asset": "Deck"}}
    assert third["usage"]["asset"] == guide
    assert third["again"]["what"] == "VIEWED"
    assert len({row["usage"]["id"] for row in recorded["rows"]}) == 3


async def test_directives_follow_the_variables(world: World) -> None:
    variables = {"events": [world.event(minutes="3")], "first": 1}
    for short, present in ((True, "createdAt"), (False, "minutes"), (True, "createdAt")):
        answer = await world.client.data(PAYLOAD, variables | {"short": short})
        usage = answer["recorded"]["results"][0]["usage"]
        assert usage.keys() & {"createdAt", "minutes"} == {present}


async def test_two_mutations_of_one_operation_have_payloads_of_their_own(world: World) -> None:
    event = world.event(minutes="3", externalRef={"source": "sales-room", "externalId": "session/1"})
    answer = await world.client.data(TWICE, {"events": [event]})
    (first,), (second,) = answer["a"]["results"], answer["b"]["results"]
    id_ = first["usage"]["id"]
    assert first == {"status": "CREATED", "usage": {"id": id_, "minutes": "3"}}
    assert second == {"status": "UNCHANGED", "usage": {"id": id_, "action": "SENT"}}
    assert await world.count() == (1, 1)


async def test_a_payload_without_the_event_reads_nothing(world: World) -> None:
    document = """
    mutation ($events: [ContentUsageInput!]!) {
      contentUsageRecord(input: { events: $events }) { results { status } }
    }
    """
    answer = await world.client.data(document, {"events": [world.event()]})
    assert answer == {"contentUsageRecord": {"results": [{"status": "CREATED"}]}}
    assert await world.count() == (1, 0)


async def test_a_list_of_several_types_below_the_event(world: World) -> None:
    document = """
    mutation ($events: [ContentUsageInput!]!) {
      contentUsageRecord(input: { events: $events }) { results { usage { account { timeline(first: 9) {
        totalCount
        edges { cursor node { __typename ...Told } }
        nodes { ... on ContentUsage { again: action asset { title } } ... on TimelineEvent { occurredAt } }
        pageInfo { hasNextPage }
      } } } } }
    }
    fragment Told on TimelineEvent {
      occurredAt
      ... on ContentUsage { action account { timeline(first: 1) { nodes { __typename } } } }
      ... on StageTransition { toStage { key } }
    }
    """
    account_id = split_id(world.ids["account"])[1]
    async with workspace_transaction(world.engine, world.workspace_id) as connection:
        own = await journey(connection, world.workspace_id)
        moved = await lead(connection, world.workspace_id, journey_id=own, account_id=account_id)
        stage = (await stages(connection, world.workspace_id))["sal"]
        at = datetime(2026, 3, 2, 11, tzinfo=UTC)
        await transition(connection, world.workspace_id, own, stage, lead_id=moved, occurred_at=at)
    event = world.event(account=world.named("account"))
    (result,) = (await world.client.data(document, {"events": [event]}))["contentUsageRecord"]["results"]
    timeline = result["usage"]["account"]["timeline"]
    assert all(edge.pop("cursor") for edge in timeline["edges"])
    sent, entered = "2026-03-02T10:00:00+00:00", "2026-03-02T11:00:00+00:00"
    latest = {"timeline": {"nodes": [{"__typename": "StageTransition"}]}}
    assert timeline == {
        "totalCount": 2,
        "edges": [
            {"node": {"__typename": "StageTransition", "occurredAt": entered, "toStage": {"key": "sal"}}},
            {"node": {"__typename": "ContentUsage", "occurredAt": sent, "action": "SENT", "account": latest}},
        ],
        "nodes": [
            {"occurredAt": entered},
            {"again": "SENT", "asset": {"title": "Guide"}, "occurredAt": sent},
        ],
        "pageInfo": {"hasNextPage": False},
    }
