"""Search on rows made for it, against the oracle too; the random operations search the demo company for random texts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.engine import workspace_transaction
from db.search import rebuild
from db.seed import seed
from resolvers.compiler.errors import ApiError, Code
from resolvers.search import SearchableType
from schema.build import vocabulary
from tests.conftest import MadeWorkspace, WorkspaceFactory
from tests.factories.account import account, contact
from tests.factories.content import asset
from tests.factories.journey import lead, opportunity
from tests.factories.persona import persona
from tests.oracle import search as oracle
from tests.oracle.desk import Desk, desk
from tests.oracle.profile import examples
from tests.oracle.rows import World

SEARCH = """query ($text: String!, $types: [SearchableType!], $first: Int! = 20) {
  search(text: $text, types: $types, first: $first) {
    rank
    entity {
      __typename
      id
      ... on Account { name }
      ... on Contact { name }
      ... on ContentAsset { title }
      ... on Lead { called: name }
      ... on Opportunity { name }
      ... on Persona { name }
    }
  }
}"""


async def write(connection: AsyncConnection, workspace_id: UUID) -> None:
    """A few entities that share words."""
    await account(connection, workspace_id, name="Åkerström Søn", domain="akerstrom.example")
    await account(connection, workspace_id, name="Aker Works")
    await contact(connection, workspace_id, name="Zoë Aker", email="zoe.aker@works.example", title="Head of Works")
    await contact(connection, workspace_id, name="José Straßer", email="jose@elsewhere.example")
    await asset(connection, workspace_id, title="How Aker works faster")
    await lead(connection, workspace_id, name="Zoe Nilsson", company="Aker Works", email="z@aker.example")
    await opportunity(connection, workspace_id, name="Aker: six docks")
    await persona(connection, workspace_id, name="Works manager", job_titles=["Head of works", "Zone lead"])
    await rebuild(connection, workspace_id)


async def found(engine: AsyncEngine, workspace_id: UUID, text: str, **given: Any) -> list[tuple[int, str, str]]:
    """Rank, type and name of what is found, which must be what the oracle finds."""
    async with desk(engine, workspace_id) as asked:
        await write(asked.connection, workspace_id)
        answer = await asked.ask(SEARCH, {"text": text, **given})
    return [
        (one["rank"], one["entity"]["__typename"], next(reversed(one["entity"].values()))) for one in answer["search"]
    ]


AKER = [
    (9, "Account", "Aker Works"),
    (9, "Contact", "Zoë Aker"),
    (9, "ContentAsset", "How Aker works faster"),
    (9, "Opportunity", "Aker: six docks"),
    (8, "Lead", "Zoe Nilsson"),
    (4, "Account", "Åkerström Søn"),
]
"""A whole word of a name, of a company, the beginning of one; equals by their tables' names."""


async def test_a_whole_word_comes_first_then_the_field_that_says_most(
    engine: AsyncEngine, workspace: MadeWorkspace
) -> None:
    assert await found(engine, workspace.id, "aker") == AKER


@pytest.mark.parametrize("text", ["AKER", " åker! ", "Äker", "\uff41\uff4b\uff45\uff52"])
async def test_case_accents_and_width_are_blind(engine: AsyncEngine, workspace: MadeWorkspace, text: str) -> None:
    assert await found(engine, workspace.id, text) == AKER


async def test_every_word_must_be_there_in_any_order(engine: AsyncEngine, workspace: MadeWorkspace) -> None:
    both = [
        (18, "Account", "Aker Works"),
        (18, "ContentAsset", "How Aker works faster"),
        (16, "Contact", "Zoë Aker"),
        (16, "Lead", "Zoe Nilsson"),
    ]
    assert await found(engine, workspace.id, "aker works") == both
    assert await found(engine, workspace.id, "works aker") == both
    assert await found(engine, workspace.id, "works aker nowhere") == []
    assert await found(engine, workspace.id, "aker aker aker docks") == [(36, "Opportunity", "Aker: six docks")]


async def test_only_the_last_word_may_be_unfinished(engine: AsyncEngine, workspace: MadeWorkspace) -> None:
    assert await found(engine, workspace.id, "works zo") == [
        (12, "Lead", "Zoe Nilsson"),
        (11, "Contact", "Zoë Aker"),
        (10, "Persona", "Works manager"),
    ]
    assert await found(engine, workspace.id, "zo works") == []
    assert await found(engine, workspace.id, "strasser jo") == [(13, "Contact", "José Straßer")]
    assert await found(engine, workspace.id, "STRASSE") == [(4, "Contact", "José Straßer")]


async def test_addresses_are_found_whole_and_by_their_parts(engine: AsyncEngine, workspace: MadeWorkspace) -> None:
    zoes = [(9 + 9 + 7 + 7, "Contact", "Zoë Aker"), (9 + 8 + 8 + 7, "Lead", "Zoe Nilsson")]
    assert await found(engine, workspace.id, "Zoe.Aker@works.example") == zoes
    assert await found(engine, workspace.id, "z@aker.example") == [(7 + 8 + 7, "Lead", "Zoe Nilsson")]
    assert await found(engine, workspace.id, "elsewhere.exa") == [(7 + 2, "Contact", "José Straßer")]
    assert await found(engine, workspace.id, "akerstrom.example") == [(9 + 7, "Account", "Åkerström Søn")]


async def test_types_narrow_what_is_found(engine: AsyncEngine, workspace: MadeWorkspace) -> None:
    for types in (["LEAD", "ACCOUNT"], ["ACCOUNT", "LEAD", "CAMPAIGN"]):
        wanted = [one for one in AKER if one[1] in ("Account", "Lead")]
        assert await found(engine, workspace.id, "aker", types=types) == wanted
    assert await found(engine, workspace.id, "aker", types="PERSONA") == []
    nothing: list[str] = []
    for everything in (nothing, None):
        assert await found(engine, workspace.id, "aker", types=everything) == AKER


async def test_as_many_as_were_asked_for(engine: AsyncEngine, workspace: MadeWorkspace) -> None:
    assert await found(engine, workspace.id, "aker", first=3) == AKER[:3]


async def test_equals_are_in_the_order_of_their_ids(engine: AsyncEngine, workspace: MadeWorkspace) -> None:
    async with desk(engine, workspace.id) as asked:
        ids = [await account(asked.connection, workspace.id, name="Same Name") for _ in range(30)]
        await rebuild(asked.connection, workspace.id)
        answer = await asked.ask(SEARCH, {"text": "same", "first": 30})
    assert [one["entity"]["id"] for one in answer["search"]] == [f"acct_{key}" for key in sorted(ids)]


async def test_other_workspaces_are_never_found(engine: AsyncEngine, make_workspace: WorkspaceFactory) -> None:
    ours, theirs = await make_workspace(), await make_workspace()
    async with workspace_transaction(engine, theirs.id) as connection:
        await write(connection, theirs.id)
    async with desk(engine, ours.id) as asked:
        await account(asked.connection, ours.id, name="Aker Ours")
        await rebuild(asked.connection, ours.id)
        answer = await asked.ask(SEARCH, {"text": "aker"})
    assert [one["entity"]["name"] for one in answer["search"]] == ["Aker Ours"]


async def test_several_searches_are_one_statement(engine: AsyncEngine, workspace: MadeWorkspace) -> None:
    document = '{ one: search(text: "aker") { rank } other: search(text: "zo", types: LEAD) { rank entity { id } } }'
    async with desk(engine, workspace.id) as asked:
        await write(asked.connection, workspace.id)
        answer = await asked.ask(document, {})
    assert ([one["rank"] for one in answer["one"]], [one["rank"] for one in answer["other"]]) == (
        [9, 9, 9, 9, 8, 4],
        [4],
    )


@pytest.fixture(scope="module")
async def demo(engine: AsyncEngine, make_workspace: WorkspaceFactory) -> AsyncIterator[tuple[Desk, World]]:
    """The demo company."""
    made = await make_workspace()
    await seed(engine, made.id, lambda _step: None)
    async with desk(engine, made.id) as asked:
        yield asked, await asked.world()


@examples(100)
@given(drawn=st.integers(0, 2**64 - 1))
async def test_the_demo_company_is_searched_as_the_definition_says(demo: tuple[Desk, World], drawn: int) -> None:
    asked, world = demo
    random = Random(drawn)
    types = random.sample([kind.value for kind in SearchableType], random.randrange(4))
    variables = {"text": oracle.draw(random, world), "types": types, "first": random.choice((1, 5, 20, 100))}
    await asked.ask(SEARCH, variables, world)


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no word": ({"text": " -- !"}, "'text' must have a letter or a digit in it."),
    "nothing": ({"text": ""}, "'text' must have a letter or a digit in it."),
    "too long": ({"text": "a" * 201}, "'text' must not be longer than 200 characters."),
    "too many words": ({"text": "a " * 17}, "'text' must not have more than 16 words."),
    "too few": ({"text": "a", "first": 0}, "'first' must be between 1 and 100."),
    "too many": ({"text": "a", "first": 101}, "'first' must be between 1 and 100."),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_what_cannot_be_searched_for_is_refused(engine: AsyncEngine, workspace: MadeWorkspace, what: str) -> None:
    variables, message = REFUSED[what]
    async with desk(engine, workspace.id) as asked:
        with pytest.raises(ApiError) as caught:
            await asked.ask(SEARCH, variables)
    assert (caught.value.code, str(caught.value)) == (Code.BAD_USER_INPUT, message)


async def test_the_longest_text_is_answered(engine: AsyncEngine, workspace: MadeWorkspace) -> None:
    assert await found(engine, workspace.id, "aker " * 15 + "dock") == [(15 * 9 + 4, "Opportunity", "Aker: six docks")]
    assert await found(engine, workspace.id, "\ufb04" * 200) == []


def test_whoever_may_search_may_read_what_is_found() -> None:
    tables = {entity.table.name: entity for entity in vocabulary.entities.values()}
    for kind in SearchableType:
        assert set(vocabulary.roles["Query", "search"]) <= set(tables[kind.lower()].roles)
