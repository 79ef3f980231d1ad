"""The pool: who gets which connection, who waits how long, and that nothing goes on running."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from db import pool as pool_module
from db.engine import PARTNER_ROLE, asyncpg_dsn, server_settings
from db.failures import DatabaseUnavailable, Failure, PoolTimeout, failure_of
from db.pool import PartnerPool, Partnership, Pool, UnsafeRole

A, B = uuid4(), uuid4()
WORKSPACE = "SELECT current_setting('wavelength.workspace') AS workspace, pg_backend_pid() AS pid"
SLEEP = "SELECT pg_sleep(30) /* orphan */"


@asynccontextmanager
async def opened(url: str, **options: Any) -> AsyncIterator[Pool]:
    pool = Pool(url, **options)
    await pool.open()
    try:
        yield pool
    finally:
        await pool.close()


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    async with opened(database_url, size=2, wait=0.2) as pool:
        yield pool


async def fetch(pool: Pool, sql: str, workspace_id: UUID = A, *arguments: object) -> asyncpg.Record:
    row = await pool.fetch(sql, workspace_id, arguments)
    assert row is not None
    return row


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 1.0) -> None:
    deadline = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        await asyncio.sleep(0.02)


@pytest.fixture
def orphans(owner_engine: AsyncEngine) -> Callable[[], Awaitable[int]]:
    """Counts the statements of this test that still run."""

    async def count() -> int:
        running = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE :it"
        async with owner_engine.connect() as connection:
            return int(await connection.scalar(text(running), {"it": f"{SLEEP}%"}))

    return count


async def test_a_connection_shows_the_wanted_workspace(pool: Pool) -> None:
    assert (await fetch(pool, WORKSPACE, A))["workspace"] == str(A)
    assert (await fetch(pool, WORKSPACE, B))["workspace"] == str(B)
    assert (await fetch(pool, WORKSPACE, B))["workspace"] == str(B)
    assert (pool.counters.statements, pool.counters.switches) == (3, 2)


async def test_the_connection_that_is_in_the_workspace_is_preferred(pool: Pool) -> None:
    first, second = await asyncio.gather(fetch(pool, WORKSPACE, A), fetch(pool, WORKSPACE, B))
    assert first["pid"] != second["pid"]
    switches = pool.counters.switches
    for workspace_id, row in [(A, first), (B, second), (B, second), (A, first)]:
        assert (await fetch(pool, WORKSPACE, workspace_id))["pid"] == row["pid"]
    assert pool.counters.switches == switches


async def test_a_statement_is_prepared_once(pool: Pool) -> None:
    for _ in range(3):
        await fetch(pool, WORKSPACE, A)
    prepared = await fetch(pool, "SELECT count(*) FROM pg_prepared_statements WHERE statement = $1", A, WORKSPACE)
    assert prepared["count"] == 1


async def test_old_statements_are_closed(pool: Pool, monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    monkeypatch.setattr(pool_module, "PREPARED_STATEMENTS", 5)
    async with opened(database_url, size=1) as small:
        for number in range(20):
            await fetch(small, f"SELECT {number}")
        assert (await fetch(small, "SELECT count(*) FROM pg_prepared_statements"))["count"] <= 6


async def test_who_waits_too_long_is_told(pool: Pool) -> None:
    busy = [asyncio.create_task(fetch(pool, "SELECT pg_sleep(1)")) for _ in range(2)]
    await asyncio.sleep(0.05)
    start = time.monotonic()
    outcomes = await asyncio.gather(*(fetch(pool, WORKSPACE) for _ in range(5)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [PoolTimeout] * 5
    assert 0.15 < time.monotonic() - start < 0.9
    await asyncio.gather(*busy)
    assert (await fetch(pool, WORKSPACE, A))["workspace"] == str(A)


async def test_those_who_wait_are_served_in_their_order(database_url: str) -> None:
    served: list[int] = []

    async def ask(pool: Pool, number: int) -> None:
        await fetch(pool, "SELECT pg_sleep(0.01)")
        served.append(number)

    # One connection: of two, the machine decides whose statement ends first.
    async with opened(database_url, size=1, wait=5.0) as single:
        await asyncio.gather(*(ask(single, number) for number in range(20)))
    assert served == list(range(20))


async def test_whoever_gives_up_waiting_takes_no_connection_along(pool: Pool) -> None:
    for pause in (0, 0.01, 0.02, 0.03):
        tasks = [asyncio.create_task(fetch(pool, "SELECT pg_sleep(0.02)")) for _ in range(10)]
        await asyncio.sleep(pause)
        for task in tasks[1::2]:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(outcome, asyncpg.Record) for outcome in outcomes[::2])
    rows = await asyncio.gather(fetch(pool, WORKSPACE), fetch(pool, WORKSPACE))
    assert len({row["pid"] for row in rows}) == 2


async def test_a_cancelled_statement_stops_in_the_database(pool: Pool, orphans: Callable[[], Awaitable[int]]) -> None:
    tasks = [asyncio.create_task(fetch(pool, SLEEP)) for _ in range(2)]

    async def all_run() -> bool:
        return await orphans() == 2

    async def none_runs() -> bool:
        return await orphans() == 0

    await until(all_run)
    for task in tasks:
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [asyncio.CancelledError] * 2
    await until(none_runs)
    assert (await fetch(pool, WORKSPACE, A))["workspace"] == str(A)


async def test_a_statement_timeout_keeps_the_connection(database_url: str) -> None:
    async with opened(database_url, size=1, statement_timeout=0.1) as pool:
        pid = (await fetch(pool, WORKSPACE))["pid"]
        with pytest.raises(asyncpg.QueryCanceledError) as caught:
            await fetch(pool, SLEEP)
        assert failure_of(caught.value) is Failure.TIMEOUT
        assert (await fetch(pool, WORKSPACE))["pid"] == pid


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("SELECT $1::text", "a\0b"),
        ("SELECT $1::text", "\ud800"),
        ("SELECT $1::integer", 2**31),
        ("SELECT $1::integer + 1", 2**31 - 1),
        ("SELECT 1 / $1::integer", 0),
    ],
)
async def test_a_refused_value_is_told_from_other_failures(pool: Pool, sql: str, value: object) -> None:
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, ValueError)) as caught:
        await fetch(pool, sql, A, value)
    assert failure_of(caught.value) is Failure.VALUE


async def test_a_mistake_of_the_program_is_no_ones_fault_but_ours(pool: Pool) -> None:
    for sql, arguments in (("SELECT nothing", ()), ("SELECT $1::integer", ("text",)), ("SELECT 1", (1,))):
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)) as caught:
            await fetch(pool, sql, A, *arguments)
        assert failure_of(caught.value) is None
    assert (await fetch(pool, WORKSPACE))["workspace"] == str(A)


async def test_connections_that_the_server_closed_are_replaced(pool: Pool, owner_engine: AsyncEngine) -> None:
    rows = await asyncio.gather(fetch(pool, WORKSPACE), fetch(pool, WORKSPACE))
    pids = {row["pid"] for row in rows}
    await terminate(owner_engine, pids)
    await asyncio.sleep(0.1)
    again = await asyncio.gather(fetch(pool, WORKSPACE), fetch(pool, WORKSPACE))
    assert not pids & {row["pid"] for row in again}


async def test_a_connection_that_breaks_in_use_is_unavailable_once(pool: Pool, owner_engine: AsyncEngine) -> None:
    pid = (await fetch(pool, WORKSPACE))["pid"]
    task = asyncio.create_task(fetch(pool, SLEEP))
    await asyncio.sleep(0.05)
    await terminate(owner_engine, {pid})
    with pytest.raises(DatabaseUnavailable):
        await task
    assert (await fetch(pool, WORKSPACE))["pid"] != pid


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    pool = Pool("postgresql://nobody@127.0.0.1:1/nothing", wait=0.5)
    with pytest.raises(ConnectionRefusedError) as caught:
        await pool.open()
    assert failure_of(caught.value) is Failure.UNAVAILABLE
    await pool.close()


async def test_closing_waits_for_what_runs_and_admits_no_more(database_url: str) -> None:
    pool = Pool(database_url, size=1)
    await pool.open()
    running = asyncio.create_task(fetch(pool, "SELECT pg_sleep(0.2)"))
    await asyncio.sleep(0.05)
    waiting = asyncio.create_task(fetch(pool, WORKSPACE))
    await asyncio.sleep(0)
    await pool.close()
    assert running.done()
    assert running.exception() is None
    with pytest.raises(DatabaseUnavailable):
        await waiting
    with pytest.raises(DatabaseUnavailable):
        await fetch(pool, WORKSPACE)


SHOWN = """
    SELECT current_user AS role, current_setting('wavelength.workspace') AS workspace,
           current_setting('wavelength.partner_team') AS team, pg_backend_pid() AS pid
"""


@pytest.fixture
async def partner_pool(database_url: str) -> AsyncIterator[PartnerPool]:
    pool = PartnerPool(database_url, size=1)
    await pool.open()
    yield pool
    await pool.close()


async def test_partners_act_as_their_role_and_are_shown_their_team(partner_pool: PartnerPool) -> None:
    scopes = [Partnership(A, B), Partnership(A, None), Partnership(B, A), Partnership(B, A)]
    rows = [await partner_pool.fetch(SHOWN, scope, ()) for scope in scopes]
    assert [row and (row["role"], row["workspace"], row["team"]) for row in rows] == [
        (PARTNER_ROLE, str(scope.workspace_id), str(scope.team_id or "")) for scope in scopes
    ]
    assert len({row and row["pid"] for row in rows}) == 1
    assert (partner_pool.counters.statements, partner_pool.counters.switches) == (4, 3)


async def test_neither_pool_takes_a_scope_of_the_other(pool: Pool, partner_pool: PartnerPool) -> None:
    with pytest.raises(TypeError):
        await partner_pool.fetch(SHOWN, A, ())  # type: ignore[arg-type]
    with pytest.raises(asyncpg.InvalidTextRepresentationError):
        await pool.fetch("SELECT count(*) FROM account", Partnership(A, B), ())  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [Pool, PartnerPool])
async def test_a_superuser_may_not_serve(
    database_url: str, monkeypatch: pytest.MonkeyPatch, kind: type[Pool | PartnerPool]
) -> None:
    monkeypatch.setattr(pool_module, "server_settings", lambda **_: server_settings(None))
    pool = kind(database_url)
    with pytest.raises(UnsafeRole, match="passes over its policies"):
        await pool.open()
    await pool.close()


async def test_an_owner_may_not_serve(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = await asyncpg.connect(asyncpg_dsn(database_url))
    await owner.execute("CREATE ROLE pool_test_owner NOLOGIN; CREATE TABLE pool_test (id int)")
    await owner.execute(
        "ALTER TABLE pool_test ENABLE ROW LEVEL SECURITY; ALTER TABLE pool_test OWNER TO pool_test_owner"
    )
    monkeypatch.setattr(pool_module, "server_settings", lambda **_: server_settings("pool_test_owner"))
    pool = Pool(database_url)
    try:
        with pytest.raises(UnsafeRole, match="owns its tables"):
            await pool.open()
    finally:
        await pool.close()
        await owner.execute("DROP TABLE pool_test; DROP ROLE pool_test_owner")
        await owner.close()


async def terminate(owner_engine: AsyncEngine, pids: set[int]) -> None:
    async with owner_engine.connect() as connection:
        await connection.execute(
            text("SELECT pg_terminate_backend(unnest(CAST(:pids AS int[])))"), {"pids": list(pids)}
        )
