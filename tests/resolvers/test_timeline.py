"""An account's timeline on rows made for it; every answer is checked against the oracle too."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.engine import enter_workspace
from db.models import (
    Account,
    ContentFeedback,
    ContentUsage,
    Entity,
    Handoff,
    LeadFeedback,
    Role,
    StageTransition,
    Touchpoint,
)
from resolvers.compiler.errors import ApiError, Code
from resolvers.ids import decode, encode
from tests.conftest import MadeWorkspace, WorkspaceFactory
from tests.factories.account import account, contact
from tests.factories.content import asset, usage
from tests.factories.feedback import content_feedback, lead_feedback
from tests.factories.handoff import handoff
from tests.factories.journey import journey, lead, opportunity, stages, transition
from tests.factories.touchpoint import touchpoint
from tests.factories.void import void
from tests.oracle.desk import Desk, desk
from tests.oracle.server import COMPILER

DAY = datetime(2026, 3, 1, 9, tzinfo=UTC)
TYPES: dict[str, type[Entity]] = {
    "TOUCHPOINT": Touchpoint,
    "CONTENT_USAGE": ContentUsage,
    "STAGE_TRANSITION": StageTransition,
    "HANDOFF": Handoff,
    "LEAD_FEEDBACK": LeadFeedback,
    "CONTENT_FEEDBACK": ContentFeedback,
}
WAYS = {
    "TOUCHPOINT": ("account", "contact", "lead", "opportunity"),
    "CONTENT_USAGE": ("account", "contact", "lead", "opportunity"),
    "STAGE_TRANSITION": ("lead", "opportunity"),
    "HANDOFF": ("lead",),
    "LEAD_FEEDBACK": ("lead",),
    "CONTENT_FEEDBACK": ("opportunity",),
}
"""By kind: what of an account's an event can name."""

ONE = "query ($id: ID!, $first: Int!, $kinds: [EventKind!]) { account(id: $id) { timeline(first: $first, kinds: $kinds) { totalCount nodes { id } } } }"


@dataclass
class Customer:
    """An account with a contact, a lead and an opportunity, and the events that are written for it."""

    desk: Desk
    owners: dict[str, UUID]
    journeys: dict[str, UUID]
    names: dict[str, str] = field(default_factory=dict)
    """What the test calls each event, by its public id."""

    @property
    def id(self) -> str:
        return encode(Account, self.owners["account"])

    async def event(self, kind: str, *ways: str, at: datetime = DAY, name: str = "", **values: Any) -> str:
        """Write an event that names the account's own in some ways; gives its public id."""
        connection, workspace_id = self.desk.connection, self.desk.workspace_id
        named = {f"{way}_id": self.owners[way] for way in ways}
        key = await self._writers(connection, workspace_id)[kind](named, {"occurred_at": at, **values})
        public_id = encode(TYPES[kind], key)
        self.names[public_id] = name or kind
        return public_id

    def _writers(
        self, connection: AsyncConnection, own: UUID
    ) -> dict[str, Callable[[dict[str, Any], dict[str, Any]], Awaitable[UUID]]]:
        async def used(named: dict[str, Any], values: dict[str, Any]) -> UUID:
            return await usage(connection, own, await asset(connection, own), **named, **values)

        async def moved(named: dict[str, Any], values: dict[str, Any]) -> UUID:
            (way,) = (column.removesuffix("_id") for column in named)
            stage = (await stages(connection, own))["sal"]
            return await transition(connection, own, self.journeys[way], stage, **named, **values)

        async def handed(named: dict[str, Any], values: dict[str, Any]) -> UUID:
            return await handoff(connection, own, **named, handed_over_at=values.pop("occurred_at"), **values)

        return {
            "TOUCHPOINT": lambda named, values: touchpoint(connection, own, **named, **values),
            "CONTENT_USAGE": used,
            "STAGE_TRANSITION": moved,
            "HANDOFF": handed,
            "LEAD_FEEDBACK": lambda named, values: lead_feedback(connection, own, **named, **values),
            "CONTENT_FEEDBACK": lambda named, values: content_feedback(connection, own, **named, **values),
        }

    async def timeline(self, kinds: Sequence[str] | None = None, first: int = 100) -> list[str]:
        """What the test calls the account's events, in their order."""
        answer = await self.desk.ask(ONE, {"id": self.id, "first": first, "kinds": kinds})
        listed = answer["account"]["timeline"]
        assert len(listed["nodes"]) == min(listed["totalCount"], first)
        return [self.names[node["id"]] for node in listed["nodes"]]


async def found(asked: Desk) -> Customer:
    """Write a new customer without events."""
    connection, own = asked.connection, asked.workspace_id
    company = await account(connection, own)
    journeys = {way: await journey(connection, own) for way in ("lead", "opportunity")}
    owners = {
        "account": company,
        "contact": await contact(connection, own, account_id=company),
        "lead": await lead(connection, own, account_id=company, journey_id=journeys["lead"]),
        "opportunity": await opportunity(connection, own, account_id=company, journey_id=journeys["opportunity"]),
    }
    return Customer(asked, owners, journeys)


@pytest.fixture(scope="module")
async def shared(make_workspace: WorkspaceFactory) -> MadeWorkspace:
    """A workspace in which each test writes what it then takes back."""
    return await make_workspace()


@pytest.fixture
async def asked(engine: AsyncEngine, shared: MadeWorkspace) -> AsyncIterator[Desk]:
    async with desk(engine, shared.id) as made:
        yield made


@pytest.fixture
async def customer(asked: Desk) -> Customer:
    return await found(asked)


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


PAGE = """query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) { account(id: $id) {
  timeline(first: $first, after: $after, last: $last, before: $before) {
    totalCount
    edges { cursor node { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
} }"""


class Walker:
    """Turns the pages of a timeline; the oracle knows the places, not the cursors, so that it is not asked here."""

    def __init__(self, customer: Customer) -> None:
        self.customer = customer

    async def page(self, **arguments: Any) -> dict[str, Any]:
        listed: dict[str, Any] = (await self.customer.desk.served(PAGE, {"id": self.customer.id, **arguments}))[
            "account"
        ]["timeline"]
        return {
            "names": [self.customer.names[edge["node"]["id"]] for edge in listed["edges"]],
            "cursors": [edge["cursor"] for edge in listed["edges"]],
            "total": listed["totalCount"],
            **listed["pageInfo"],
        }


@pytest.fixture
async def walker(customer: Customer) -> Walker:
    """Seven events of all kinds in all ways: the last three at one time, the first two in several ways."""
    for place, kind in enumerate([*TYPES, "TOUCHPOINT"]):
        ways = WAYS[kind] if place < 2 else WAYS[kind][-1:]
        await customer.event(
            kind, *ways, at=DAY - timedelta(days=min(place, 4)), id=UUID(int=9 - place), name=str(place)
        )
    return Walker(customer)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
async def test_walking_forward_meets_every_event_once(walker: Walker, size: int) -> None:
    names: list[str] = []
    at, more = None, True
    while more:
        page = await walker.page(first=size, after=at)
        assert page["hasPreviousPage"] is (at is not None)
        assert (page["startCursor"], page["endCursor"]) == (page["cursors"][0], page["cursors"][-1])
        assert page["total"] == 7
        names += page["names"]
        at, more = page["endCursor"], page["hasNextPage"]
    assert names == ["0", "1", "2", "3", "4", "5", "6"]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
async def test_walking_backward_meets_every_event_once(walker: Walker, size: int) -> None:
    names: list[str] = []
    at, more = None, True
    while more:
        page = await walker.page(last=size, before=at)
        assert page["hasNextPage"] is (at is not None)
        names = page["names"] + names
        at, more = page["startCursor"], page["hasPreviousPage"]
    assert names == ["0", "1", "2", "3", "4", "5", "6"]


async def test_between_two_cursors(walker: Walker) -> None:
    cursors = (await walker.page(first=7))["cursors"]
    inner = await walker.page(first=2, after=cursors[0], before=cursors[4])
    assert (inner["names"], inner["hasPreviousPage"], inner["hasNextPage"]) == (["1", "2"], True, True)
    nothing = await walker.page(last=2, after=cursors[3], before=cursors[4])
    assert (nothing["names"], nothing["startCursor"], nothing["endCursor"]) == ([], None, None)
    assert (nothing["hasPreviousPage"], nothing["hasNextPage"]) == (True, True)


async def test_a_cursor_stands_while_events_come(walker: Walker) -> None:
    first = await walker.page(first=2)
    await walker.customer.event("TOUCHPOINT", "lead", at=DAY + timedelta(days=1), name="later")
    assert (await walker.page(first=2, after=first["endCursor"]))["names"] == ["2", "3"]
    assert (await walker.page(last=5, before=first["startCursor"]))["names"] == ["later"]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ("", "Give either 'first' or 'last'."),
        ("(first: 1, last: 1)", "Give either 'first' or 'last'."),
        ("(first: 0)", "'first' must be between 1 and 100."),
        ("(last: 101)", "'last' must be between 1 and 100."),
        ('(first: 1, after: "x")', "This is not a cursor."),
    ],
)
async def test_a_page_that_is_none_is_refused(customer: Customer, arguments: str, text: str) -> None:
    document = f"query ($id: ID!) {{ account(id: $id) {{ timeline{arguments} {{ nodes {{ id }} }} }} }}"
    with pytest.raises(ApiError, match=text.replace("'", ".")) as refused:
        await customer.desk.served(document, {"id": customer.id})
    assert refused.value.code is Code.BAD_USER_INPUT


async def test_a_cursor_of_another_list_is_refused(walker: Walker) -> None:
    touchpoints = "query ($id: ID!) { account(id: $id) { touchpoints(first: 1) { edges { cursor } } } }"
    answer = await walker.customer.desk.served(touchpoints, {"id": walker.customer.id})
    with pytest.raises(ApiError, match="This cursor belongs to a list in another order"):
        await walker.page(first=1, after=answer["account"]["touchpoints"]["edges"][0]["cursor"])


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
