"""The pages of an account's timeline; every answer is checked against the oracle too."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from resolvers.compiler.errors import ApiError, Code
from tests.resolvers.timeline.customer import DAY, TYPES, WAYS, Customer

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
