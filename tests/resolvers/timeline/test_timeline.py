"""What is on an account's timeline, on rows made for it; every answer is checked against the oracle too."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from db.engine import enter_workspace
from db.models import (
    ContentUsage,
    Role,
)
from resolvers.compiler.errors import ApiError, Code
from resolvers.ids import decode
from tests.conftest import WorkspaceFactory
from tests.factories.account import contact
from tests.factories.void import void
from tests.oracle.desk import Desk
from tests.oracle.server import COMPILER
from tests.resolvers.timeline.customer import DAY, ONE, TYPES, WAYS, Customer, found


@pytest.mark.parametrize(("kind", "way"), [(kind, way) for kind, ways in WAYS.items() for way in ways])
async def test_an_event_belongs_to_an_account_in_each_way(asked: Desk, kind: str, way: str) -> None:
    ours, theirs = await found(asked), await found(asked)
    await ours.event(kind, way, name="ours")
    await theirs.event(kind, way, name="theirs")
    assert await ours.timeline() == ["ours"]
    assert await theirs.timeline() == ["theirs"]
    assert await ours.timeline([kind]) == ["ours"]
    assert await ours.timeline([other for other in TYPES if other != kind]) == []


@pytest.mark.parametrize("kind", ["TOUCHPOINT", "CONTENT_USAGE"])
async def test_an_event_that_belongs_in_several_ways_is_there_once(customer: Customer, kind: str) -> None:
    await customer.event(kind, *WAYS[kind], name="all four", at=DAY)
    await customer.event(kind, "contact", "lead", name="two", at=DAY + timedelta(days=1))
    assert await customer.timeline() == ["two", "all four"]
    assert await customer.timeline(first=1) == ["two"]


async def test_an_event_of_two_accounts_is_on_both_timelines(asked: Desk) -> None:
    ours, theirs = await found(asked), await found(asked)
    await ours.event("TOUCHPOINT", "account", contact_id=theirs.owners["contact"], name="a meeting of three")
    theirs.names = ours.names
    assert await ours.timeline() == await theirs.timeline() == ["a meeting of three"]


async def test_events_that_name_nobody_of_the_account_are_not_listed(customer: Customer) -> None:
    connection, own = customer.desk.connection, customer.desk.workspace_id
    stranger = await contact(connection, own)
    await customer.event("TOUCHPOINT")
    await customer.event("TOUCHPOINT", contact_id=stranger)
    await customer.event("CONTENT_FEEDBACK")
    assert await customer.timeline() == []


@pytest.mark.parametrize("kind", ["TOUCHPOINT", "CONTENT_USAGE", "STAGE_TRANSITION"])
async def test_what_is_void_is_not_on_it(customer: Customer, kind: str) -> None:
    connection, own = customer.desk.connection, customer.desk.workspace_id
    for way in WAYS[kind]:
        await customer.event(kind, way, name=f"by {way}")
        mistake = await customer.event(kind, way, at=DAY + timedelta(days=1), name="a mistake")
        await void(connection, own, TYPES[kind], decode(TYPES[kind], mistake))
    assert set(await customer.timeline()) == {f"by {way}" for way in WAYS[kind]}
    # A page is as full as if they had never been.
    assert len(await customer.timeline(first=2)) == 2


async def test_what_is_void_in_another_table_says_nothing(customer: Customer) -> None:
    connection, own = customer.desk.connection, customer.desk.workspace_id
    await customer.event("TOUCHPOINT", "account", id=UUID(int=7))
    await void(connection, own, ContentUsage, UUID(int=7))
    assert await customer.timeline() == ["TOUCHPOINT"]


async def test_the_latest_is_first_whatever_its_kind(customer: Customer) -> None:
    for day, kind in enumerate(["LEAD_FEEDBACK", "TOUCHPOINT", "HANDOFF", "CONTENT_USAGE", "CONTENT_FEEDBACK"]):
        await customer.event(kind, WAYS[kind][-1], at=DAY + timedelta(days=day))
    await customer.event("STAGE_TRANSITION", "lead", at=DAY + timedelta(microseconds=1))
    expected = ["CONTENT_FEEDBACK", "CONTENT_USAGE", "HANDOFF", "TOUCHPOINT", "STAGE_TRANSITION", "LEAD_FEEDBACK"]
    assert await customer.timeline() == expected
    assert await customer.timeline(first=2) == expected[:2]


async def test_equal_times_go_by_id(customer: Customer) -> None:
    ids = [UUID(int=place) for place in (5, 1, 4, 2, 3)]
    for place, (kind, key) in enumerate(zip([*TYPES][:5], ids, strict=True)):
        await customer.event(kind, WAYS[kind][place % len(WAYS[kind])], id=key, name=str(key.int))
    assert await customer.timeline() == ["5", "4", "3", "2", "1"]


async def test_only_kinds_that_are_asked_for(customer: Customer) -> None:
    for day, kind in enumerate(TYPES):
        await customer.event(kind, WAYS[kind][0], at=DAY + timedelta(days=day))
    assert await customer.timeline(["HANDOFF", "TOUCHPOINT"]) == ["HANDOFF", "TOUCHPOINT"]
    assert await customer.timeline(["HANDOFF", "HANDOFF"]) == ["HANDOFF"]
    assert await customer.timeline([]) == await customer.timeline(None) == [*reversed(TYPES)]
    document = """query ($id: ID!) { account(id: $id) {
      one: timeline(first: 9, kinds: LEAD_FEEDBACK) { nodes { __typename } }
      two: timeline(first: 9, kinds: [CONTENT_USAGE, TOUCHPOINT]) { nodes { __typename } }
      counted: timeline(kinds: [CONTENT_FEEDBACK, STAGE_TRANSITION]) { totalCount }
    } }"""
    assert (await customer.desk.ask(document, {"id": customer.id}))["account"] == {
        "one": {"nodes": [{"__typename": "LeadFeedback"}]},
        "two": {"nodes": [{"__typename": "ContentUsage"}, {"__typename": "Touchpoint"}]},
        "counted": {"totalCount": 2},
    }


FRAGMENTS = """
query ($id: ID!) { account(id: $id) { events: timeline(first: 9) {
  nodes { ...Event what: __typename }
  edges { node { at: occurredAt ... on Node { createdAt } ... on Handoff { id handedOverAt } } }
} } }
fragment Event on TimelineEvent {
  __typename
  occurredAt
  ... on Touchpoint { kind subject account { name } }
  ... on ContentUsage { action asset { title } contact { name } }
  ... on StageTransition { toStage { key } whose: lead { name } opportunity { name } }
  ... on Handoff { lead { name } toMember { name } decision }
  ... on LeadFeedback { quality lead { name feedback(first: 1) { nodes { quality } } } }
  ... on ContentFeedback { rating opportunity { name } }
}
"""


async def test_each_event_shows_what_its_own_type_has(customer: Customer) -> None:
    for day, kind in enumerate(reversed(TYPES)):
        way = "contact" if kind == "CONTENT_USAGE" else WAYS[kind][0]
        await customer.event(kind, way, at=DAY + timedelta(days=day))
    events = (await customer.desk.ask(FRAGMENTS, {"id": customer.id}))["account"]["events"]
    times = [f"2026-03-{day:02}T09:00:00+00:00" for day in (6, 5, 4, 3, 2, 1)]
    shown: list[dict[str, Any]] = [
        {"kind": "CALL", "subject": None, "account": {"name": "Nordlager"}},
        {"action": "VIEWED", "asset": {"title": "A guide to docks"}, "contact": {"name": "Ada Lind"}},
        {"toStage": {"key": "sal"}, "whose": {"name": None}, "opportunity": None},
        {"lead": {"name": None}, "toMember": {"name": "Sam Vik"}, "decision": None},
        {"quality": 3, "lead": {"name": None, "feedback": {"nodes": [{"quality": 3}]}}},
        {"rating": 3, "opportunity": {"name": "Six docks"}},
    ]
    assert events["nodes"] == [
        {"__typename": type_.__name__, "occurredAt": time, **own, "what": type_.__name__}
        for type_, time, own in zip(TYPES.values(), times, shown, strict=True)
    ]
    assert [edge["node"]["at"] for edge in events["edges"]] == times
    assert [edge["node"].get("handedOverAt") for edge in events["edges"]] == [None, None, None, times[3], None, None]


async def test_several_timelines_in_one_statement(asked: Desk) -> None:
    for place in range(3):
        customer = await found(asked)
        for kind in [*TYPES][: 2 * place]:
            await customer.event(kind, WAYS[kind][0])
    document = """{ accounts(first: 9) { nodes {
      timeline(first: 1) { totalCount nodes { __typename } pageInfo { hasNextPage } }
    } } }"""
    found_ = (await asked.ask(document, {}))["accounts"]["nodes"]
    assert [one["timeline"]["totalCount"] for one in found_] == [0, 2, 4]
    assert [len(one["timeline"]["nodes"]) for one in found_] == [0, 1, 1]


async def test_nobody_sees_another_workspace(asked: Desk, customer: Customer, make_workspace: WorkspaceFactory) -> None:
    other = Desk(asked.connection, (await make_workspace()).id)
    await enter_workspace(asked.connection, other.workspace_id)
    theirs = await found(other)
    for kind, ways in WAYS.items():
        await theirs.event(kind, ways[0])
    assert len(await theirs.timeline()) == 6
    await enter_workspace(asked.connection, asked.workspace_id)
    assert await asked.ask(ONE, {"id": theirs.id, "first": 9, "kinds": None}) == {"account": None}
    assert await customer.timeline() == []


def cost(selection: str) -> int:
    """What an operation on one account costs."""
    operation = COMPILER.operation(f'{{ account(id: "acct_{UUID(int=1)}") {{ {selection} }} }}', None)
    return COMPILER.plan(operation, {}, Role.ADMIN).cost


def test_an_event_costs_one_object_and_what_the_dearest_type_has_below() -> None:
    assert cost("timeline { totalCount }") == 1
    assert cost("timeline(first: 20) { nodes { occurredAt } }") == 21
    dearest = "... on Touchpoint { account { name } contact { name } } ... on ContentUsage { asset { title } }"
    assert cost(f"timeline(first: 20) {{ nodes {{ {dearest} }} }}") == 1 + 20 + 2 * 20


@pytest.mark.parametrize("selection", ["timeline { totalCount }", "timeline(first: 1) { nodes { __typename } }"])
def test_partners_do_not_see_it(selection: str) -> None:
    operation = COMPILER.operation(f'{{ account(id: "acct_{UUID(int=1)}") {{ {selection} }} }}', None)
    with pytest.raises(ApiError) as refused:
        COMPILER.plan(operation, {}, Role.PARTNER)
    assert refused.value.code is Code.FORBIDDEN
