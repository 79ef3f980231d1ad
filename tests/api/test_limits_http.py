"""What is too large, too slow or too much is refused with a code, in time, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.api.client import GRAPHQL_RESPONSE, Client, client, code_of

QUERY = "{ viewer { role } }"
SLOW = "{ personas(first: 1) { totalCount } }"
"""Waits for as long as somebody holds the lock of the table."""

Ends = Callable[[], Awaitable[None]]


@asynccontextmanager
async def personas_locked(owner_engine: AsyncEngine) -> AsyncIterator[None]:
    async with owner_engine.begin() as connection:
        await connection.execute(text("LOCK TABLE persona IN ACCESS EXCLUSIVE MODE"))
        yield


@pytest.fixture
def all_ended(owner_engine: AsyncEngine) -> Ends:
    """Waits until no statement waits for the lock; fails after a second."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%persona%'"

    async def ended() -> None:
        deadline = time.monotonic() + 1
        while True:
            async with owner_engine.connect() as connection:
                if not await connection.scalar(text(waiting)):
                    return
            assert time.monotonic() < deadline, "a statement goes on"
            await asyncio.sleep(0.02)

    return ended


async def test_a_body_may_be_as_large_as_the_limit(database_url: str, api: Client) -> None:
    async with client(database_url, api.token, max_body_bytes=1_000) as running:
        body = json.dumps({"query": QUERY}).encode()
        full = body + b" " * (1_000 - len(body))
        assert (await running.post(full)).status_code == 200
        response = await running.post(full + b" ")
        assert (response.status_code, code_of(response)) == (413, "BAD_USER_INPUT")
        assert "1,000 bytes" in response.json()["errors"][0]["message"]


async def test_a_body_without_a_length_is_counted(database_url: str, api: Client) -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while taken < 1_000_000:
            taken += 100
            yield b" " * 100

    async with client(database_url, api.token, max_body_bytes=1_000) as running:
        headers = {**running.headers, "content-type": "application/json"}
        response = await running.http.post("/graphql", content=endless(), headers=headers)
    assert (response.status_code, code_of(response)) == (413, "BAD_USER_INPUT")


@pytest.mark.parametrize(
    ("settings", "document"),
    [
        ({"max_tokens": 3}, QUERY),
        ({"max_depth": 1}, QUERY),
        ({"max_aliases": 0}, "{ a: viewer { role } }"),
        ({"max_directives": 0}, "{ viewer { role @skip(if: false) } }"),
        ({"max_root_fields": 1}, "{ viewer { role } channels(first: 1) { totalCount } }"),
        ({"max_cost": 10}, "{ leads(first: 11) { nodes { id } } }"),
        ({"introspection": False}, "{ __schema { queryType { name } } }"),
        ({"max_plan_fields": 1}, QUERY),
    ],
)
async def test_a_document_beyond_a_limit_is_refused(
    database_url: str, api: Client, settings: dict[str, Any], document: str
) -> None:
    assert (await api.ask(document)).json().keys() == {"data", "extensions"}
    async with client(database_url, api.token, **settings) as running:
        response = await running.ask(document, accept=GRAPHQL_RESPONSE)
        assert (response.status_code, code_of(response)) == (400, "QUERY_TOO_COMPLEX"), response.text


async def test_the_cost_is_told(api: Client) -> None:
    response = await api.ask("{ leads(first: 10) { nodes { account { id } } } viewer { role } }")
    assert response.json()["extensions"] == {"cost": 21}


async def test_a_page_has_a_limit(database_url: str, api: Client) -> None:
    async with client(database_url, api.token, max_page_size=5) as running:
        assert (await running.ask("{ leads(first: 5) { nodes { id } } }")).json().keys() == {"data", "extensions"}
        response = await running.ask("{ leads(first: 6) { nodes { id } } }", accept=GRAPHQL_RESPONSE)
        assert (response.status_code, code_of(response)) == (400, "BAD_USER_INPUT")


@pytest.mark.parametrize("setting", ["request_timeout_seconds", "statement_timeout_seconds"])
async def test_what_takes_too_long_is_ended(
    database_url: str, api: Client, owner_engine: AsyncEngine, all_ended: Ends, setting: str
) -> None:
    async with client(database_url, api.token, **{setting: 0.3}) as running:
        await running.data(QUERY)
        async with personas_locked(owner_engine):
            start = time.monotonic()
            response = await running.ask(SLOW)
            assert (response.status_code, code_of(response)) == (504, "TIMEOUT")
            assert 0.25 < time.monotonic() - start < 1
            await all_ended()
        assert await running.data(SLOW) == {"personas": {"totalCount": 0}}


async def test_who_gets_no_connection_in_time_is_told_to_come_again(
    database_url: str, api: Client, owner_engine: AsyncEngine
) -> None:
    async with client(database_url, api.token, pool_size=1, pool_wait_seconds=0.2) as running:
        await running.data(QUERY)
        async with personas_locked(owner_engine):
            first = asyncio.create_task(running.ask(SLOW))
            await asyncio.sleep(0.05)
            start = time.monotonic()
            response = await running.ask(QUERY)
            assert (response.status_code, code_of(response)) == (503, "SERVICE_UNAVAILABLE")
            assert response.headers["retry-after"] == "1"
            assert 0.15 < time.monotonic() - start < 1
        assert (await first).json()["data"] == {"personas": {"totalCount": 0}}


async def test_a_lost_database_is_unavailable_and_comes_back(
    database_url: str, api: Client, owner_engine: AsyncEngine
) -> None:
    kill = text(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND query LIKE '%persona%'"
    )
    async with client(database_url, api.token) as running:
        await running.data(QUERY)
        async with personas_locked(owner_engine):
            request = asyncio.create_task(running.ask(SLOW))
            await asyncio.sleep(0.1)
            async with owner_engine.connect() as connection:
                assert await connection.scalar(kill) == 1
            response = await request
            assert (response.status_code, code_of(response)) == (503, "SERVICE_UNAVAILABLE")
            assert "connection" not in response.text
        assert await running.data(SLOW) == {"personas": {"totalCount": 0}}


class Caller:
    """Speaks ASGI to the application: sends the messages given, then leaves when it is told to."""

    def __init__(self, running: Client, *messages: dict[str, Any]) -> None:
        self._running = running
        self._messages = list(messages)
        self.left = asyncio.Event()
        self.sent: list[MutableMapping[str, Any]] = []

    async def call(self) -> None:
        transport: Any = self._running.http._transport
        headers = [(b"authorization", f"Bearer {self._running.token}".encode()), (b"content-type", b"application/json")]
        scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": headers}
        await transport.app(scope, self._receive, self._send)

    async def _receive(self) -> dict[str, Any]:
        if self._messages:
            return self._messages.pop(0)
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: MutableMapping[str, Any]) -> None:
        self.sent.append(message)


async def test_the_statement_of_a_client_that_leaves_is_cancelled(
    api: Client, owner_engine: AsyncEngine, all_ended: Ends
) -> None:
    caller = Caller(api, {"type": "http.request", "body": json.dumps({"query": SLOW}).encode()})
    async with personas_locked(owner_engine):
        request = asyncio.create_task(caller.call())
        await asyncio.sleep(0.2)
        assert not request.done()
        caller.left.set()
        await asyncio.wait_for(request, 1)
        await all_ended()
    assert caller.sent == []
    assert await api.data(SLOW) == {"personas": {"totalCount": 0}}


async def test_a_client_that_leaves_amid_its_body_gets_nothing(api: Client) -> None:
    before = api.executor.compiler.counters.requests
    caller = Caller(api, {"type": "http.request", "body": b'{"query": "{', "more_body": True})
    caller.left.set()
    await caller.call()
    assert caller.sent == []
    assert api.executor.compiler.counters.requests == before


async def test_a_body_that_never_comes_is_not_waited_for(database_url: str, api: Client) -> None:
    async with client(database_url, api.token, request_timeout_seconds=0.3) as running:
        caller = Caller(running, {"type": "http.request", "body": b"{", "more_body": True})
        start = time.monotonic()
        await caller.call()
        assert 0.25 < time.monotonic() - start < 1
        assert caller.sent[0]["status"] == 504


async def test_a_cancelled_server_task_is_not_taken_for_a_timeout(
    api: Client, owner_engine: AsyncEngine, all_ended: Ends
) -> None:
    caller = Caller(api, {"type": "http.request", "body": json.dumps({"query": SLOW}).encode()})
    async with personas_locked(owner_engine):
        request = asyncio.create_task(caller.call())
        await asyncio.sleep(0.1)
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request
        await all_ended()
    assert caller.sent == []
