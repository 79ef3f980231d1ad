"""The search index: what a word is, and that the index says what the entities say."""

from __future__ import annotations

import unicodedata
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.engine import asyncpg_dsn, server_settings, workspace_transaction
from db.models import Account, Lead, Persona, SearchTerm
from db.search import SEARCHED, Differences, check, rebuild, refresh
from resolvers.search import SearchableType
from tests.conftest import MadeWorkspace
from tests.factories.account import account
from tests.factories.journey import lead
from tests.factories.persona import persona
from tests.oracle import search as oracle
from tests.oracle.profile import examples


@pytest.fixture(scope="module")
async def plain(database_url: str) -> AsyncIterator[asyncpg.Connection[Any]]:
    connection = await asyncpg.connect(asyncpg_dsn(database_url), server_settings=server_settings())
    yield connection
    await connection.close()


WORDS = {
    "Müller & Søn, ŁÓDŹ \u2013 Straße": ["muller", "son", "lodz", "strasse"],
    "MUELLER": ["mueller"],
    "Jane.Doe@Acme-Corp.example": ["jane", "doe", "acme", "corp", "example"],
    "https://www.acme.example/a_b?c=1": ["https", "www", "acme", "example", "a", "b", "c", "1"],
    "Æsir œuvre Þór Đorđe": ["aesir", "oeuvre", "thor", "dorde"],
    "İstanbul ISPARTA \u0131l\u0131ca": ["istanbul", "isparta", "ilica"],
    "ΟΔΥΣΣΕΥΣ Ὀδυσσεύς": ["οδυσσευσ", "οδυσσευσ"],
    "Ёлка и Йод": ["елка", "и", "иод"],
    "½ x² ① ﬁne": ["1", "2", "x2", "1", "fine"],
    "O\u2019Neil l'été": ["o", "neil", "l", "ete"],
    "soft\u00adhyphen zero\u200bwidth 😀ok": ["softhyphen", "zerowidth", "ok"],
    "٣٤ ガイド": ["٣٤", "カイト"],
    "acme acme": ["acme", "acme"],
    "x" * 70: ["x" * 64],
    " \t\n- — !": [],
    "": [],
}


@pytest.mark.parametrize("text", WORDS)
async def test_the_words_of_a_text(plain: asyncpg.Connection[Any], text: str) -> None:
    assert await plain.fetchval("SELECT search_words($1)", text) == WORDS[text]


async def test_nothing_has_no_words(plain: asyncpg.Connection[Any]) -> None:
    assert await plain.fetchval("SELECT search_words(NULL)") is None


def told_by_categories(text: str) -> bool:
    """Whether it has no marks but those of Latin, Greek and Cyrillic: elsewhere some count as letters, some do not."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return all("\u0300" <= one <= "\u036f" or unicodedata.category(one)[0] != "M" for one in folded)


SQUARED_LETTERS = [chr(code) for code in range(0x1F130, 0x1F18A)]
"""Symbols that count as letters, which no category tells."""
texts = st.text(
    st.one_of(
        st.characters(categories=("L", "Nd", "P", "S", "Z", "Cf"), exclude_characters=SQUARED_LETTERS),
        st.characters(min_codepoint=0x20, max_codepoint=0x24F, exclude_characters="\x7f"),
        st.sampled_from("\u0300\u0301\u0308\u0327\u030a \t\nßẞİ\u0131\u017f\u03c3ςΣﬁŉǰ"),
    ),
    max_size=60,
).filter(told_by_categories)


@examples(400)
@given(text=texts)
async def test_words_are_those_that_unicode_data_gives(plain: asyncpg.Connection[Any], text: str) -> None:
    assert await plain.fetchval("SELECT search_words($1)", text) == oracle.words(text)


@examples(100)
@given(text=texts)
async def test_words_are_made_of_words(plain: asyncpg.Connection[Any], text: str) -> None:
    """What was found can be searched for as it was indexed, in other letters too."""
    words = await plain.fetchval("SELECT search_words($1)", text)
    assert await plain.fetchval("SELECT search_words($1)", " ".join(words)) == words
    assert await plain.fetchval("SELECT search_words($1)", unicodedata.normalize("NFD", text)) == words


async def kept(connection: AsyncConnection, entity: str) -> set[tuple[str, int]]:
    """The words of the entities of a table, and their weights."""
    found = await connection.execute(select(SearchTerm.term, SearchTerm.weight).where(SearchTerm.entity == entity))
    return {(row.term, row.weight) for row in found}


async def test_a_word_counts_where_it_says_most(engine: AsyncEngine, workspace: MadeWorkspace) -> None:
    async with workspace_transaction(engine, workspace.id) as connection:
        await lead(
            connection, workspace.id, name="Ada Lind", company="Lind AB", email="ada@lind.example", title="Head of IT"
        )
        await lead(connection, workspace.id)
        await persona(connection, workspace.id, name="Buyer", job_titles=["Head buyer", "CPO"])
        assert await rebuild(connection, workspace.id) == 10
        details = {("head", 1), ("of", 1), ("it", 1)}
        assert await kept(connection, "lead") == {("ada", 4), ("lind", 4), ("ab", 3), ("example", 2)} | details
        assert await kept(connection, "persona") == {("buyer", 4), ("head", 1), ("cpo", 1)}


async def test_what_was_written_since_is_indexed_anew(engine: AsyncEngine, workspace: MadeWorkspace) -> None:
    async with workspace_transaction(engine, workspace.id) as connection:
        old = await account(connection, workspace.id, name="Old Name", domain="old.example")
        other = await account(connection, workspace.id, name="Other")
        await rebuild(connection, workspace.id)
    async with workspace_transaction(engine, workspace.id) as connection:
        now = await connection.scalar(select(func.now()))
        assert now is not None
        await connection.execute(
            update(Account).where(Account.id == old).values(name="New Name", domain=None, updated_at=now)
        )
        await connection.execute(
            update(Account).where(Account.id == other).values(name="Unseen", updated_at=now - timedelta(seconds=1))
        )
        await persona(connection, workspace.id, name="Newcomer")
        assert await check(connection, workspace.id) == Differences(missing=3, superfluous=3)
        assert await refresh(connection, workspace.id, now) == 3
        assert await kept(connection, "account") == {("new", 4), ("name", 4), ("other", 4)}
        assert await kept(connection, "persona") == {("newcomer", 4)}
        assert await check(connection, workspace.id) == Differences(missing=1, superfluous=1)


async def test_a_check_tells_every_kind_of_difference(engine: AsyncEngine, workspace: MadeWorkspace) -> None:
    async with workspace_transaction(engine, workspace.id) as connection:
        for name in ("Alpha", "Beta", "Gamma"):
            await account(connection, workspace.id, name=name)
        await rebuild(connection, workspace.id)
        assert await check(connection, workspace.id) == Differences(0, 0)
        await connection.execute(delete(SearchTerm).where(SearchTerm.term == "alpha"))
        assert await check(connection, workspace.id) == Differences(missing=1, superfluous=0)
        await connection.execute(update(SearchTerm).where(SearchTerm.term == "beta").values(weight=1))
        assert await check(connection, workspace.id) == Differences(missing=2, superfluous=1)
        await connection.execute(delete(Account).where(Account.name == "Gamma"))
        assert await check(connection, workspace.id) == Differences(missing=2, superfluous=2)
        await rebuild(connection, workspace.id)
        assert await check(connection, workspace.id) == Differences(0, 0)


async def test_rebuilding_leaves_other_workspaces_alone(
    engine: AsyncEngine, owner_engine: AsyncEngine, workspace: MadeWorkspace
) -> None:
    count = select(func.count()).select_from(SearchTerm).where(SearchTerm.workspace_id != workspace.id)
    async with owner_engine.connect() as connection:
        before = await connection.scalar(count)
    async with workspace_transaction(engine, workspace.id) as connection:
        await account(connection, workspace.id, name="Ours")
        assert await rebuild(connection, workspace.id) == 1
    async with owner_engine.connect() as connection:
        assert await connection.scalar(count) == before


def test_whatever_is_indexed_can_be_asked_for() -> None:
    assert [one.lower() for one in SearchableType] == [model.__tablename__ for model in SEARCHED]
    searched = {
        model.__tablename__: {field.key: int(w) for field, w in fields.items()} for model, fields in SEARCHED.items()
    }
    assert searched == oracle.FIELDS
    assert {Lead, Persona} < SEARCHED.keys()
