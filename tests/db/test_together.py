"""Requests that wait for one statement are answered by one, as each would have been alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from db.engine import asyncpg_dsn
from db.failures import Failure, PoolTimeout, failure_of
from db.pool import Pool
from db.together import Joint, Together

A, B = uuid4(), uuid4()
ONE = "SELECT 10 / $2::int AS quotient, current_setting('wavelength.workspace') AS workspace WHERE $1::uuid IS NOT NULL"
JOINT = Joint(
    "SELECT 10 / given.divisor AS quotient, current_setting('wavelength.workspace') AS workspace"
    " FROM unnest($1::int[]) WITH ORDINALITY AS given (divisor, place) WHERE $2::uuid IS NOT NULL ORDER BY given.place",
    [(1, True), (0, False)],
)


def quick(joint: Joint | None = JOINT) -> Together:
    """Of a statement that is known to take no time."""
    together = Together(lambda: joint)
    for _ in range(100):
        together.took(0.0001, 1)
    return together


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    pool = Pool(database_url, size=1, wait=1.0)
    await pool.open()
    yield pool
    await pool.close()


class Crowd:
    """Requests that come while the only connection is busy: the first of a kind waits for it, the others for the first."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.busy = asyncio.create_task(pool.fetch("SELECT pg_sleep(0.1)", A, ()))
        self.asked: list[asyncio.Task[asyncpg.Record | None]] = []

    async def ask(self, divisor: int, together: Together | None, scope: UUID = A) -> None:
        self.asked.append(asyncio.create_task(self.pool.fetch(ONE, scope, (scope, divisor), together)))
        await asyncio.sleep(0)

    async def answers(self) -> list[Any]:
        """What each got, in their order: the quotient, or the error."""
        found = await asyncio.gather(*self.asked, return_exceptions=True)
        await asyncio.wait([self.busy])
        return [one["quotient"] if isinstance(one, asyncpg.Record) else one for one in found]


@pytest.fixture
async def crowd(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> Crowd:
    monkeypatch.setattr("db.together._PATIENCE_SECONDS", 5.0)
    made = Crowd(pool)
    await asyncio.sleep(0.02)
    return made


async def test_those_who_come_meanwhile_are_answered_by_one_statement(crowd: Crowd) -> None:
    together, before = quick(), crowd.pool.counters.statements
    for divisor in (1, 2, 5, 10):
        await crowd.ask(divisor, together)
    assert await crowd.answers() == [10, 5, 2, 1]
    assert crowd.pool.counters.statements - before == 2
    assert not together.gatherings


async def test_nobody_waits_for_long(pool: Pool) -> None:
    """What is under way and takes its time holds up nobody for whom there is a connection."""
    pool.size = 3
    together = quick()
    slow = asyncio.create_task(pool.fetch("SELECT pg_sleep(0.5), $1::uuid, $2::int", A, (A, 0), together))
    await asyncio.sleep(0.01)
    others = [asyncio.create_task(pool.fetch(ONE, A, (A, divisor), together)) for divisor in (1, 2)]
    rows = await asyncio.gather(*others)
    assert not slow.done()
    assert [row and row["quotient"] for row in rows] == [10, 5]
    assert await slow is not None
    assert not together.gatherings


async def test_whoever_comes_when_nothing_is_under_way_goes_alone(pool: Pool) -> None:
    together, before = quick(), pool.counters.statements
    for divisor in (1, 2):
        assert await pool.fetch(ONE, A, (A, divisor), together) is not None
    assert pool.counters.statements - before == 2


async def test_scopes_and_statements_never_go_together(crowd: Crowd) -> None:
    together, other, before = quick(), quick(), crowd.pool.counters.statements
    await crowd.ask(1, together)
    await crowd.ask(2, together, B)
    await crowd.ask(5, other)
    await crowd.ask(10, together)
    await crowd.ask(10, None)
    assert await crowd.answers() == [10, 5, 2, 1, 1]
    # The first of A and the fourth, which waits for it, each go alone too.
    assert crowd.pool.counters.statements - before == 5
    shown = crowd.asked[1].result()
    assert shown is not None
    assert shown["workspace"] == str(B)


async def test_a_slow_statement_is_not_shared(crowd: Crowd) -> None:
    together, before = quick(), crowd.pool.counters.statements
    for _ in range(100):
        together.took(0.05, 1)
    for divisor in (1, 2):
        await crowd.ask(divisor, together)
    assert await crowd.answers() == [10, 5]
    assert crowd.pool.counters.statements - before == 2


async def test_what_cannot_go_together_goes_alone(crowd: Crowd) -> None:
    together, before = quick(None), crowd.pool.counters.statements
    for divisor in (1, 2):
        await crowd.ask(divisor, together)
    assert await crowd.answers() == [10, 5]
    assert crowd.pool.counters.statements - before == 2


async def test_no_more_than_sixteen_go_together(crowd: Crowd) -> None:
    together, before = quick(), crowd.pool.counters.statements
    for _ in range(1 + 16 + 3):
        await crowd.ask(2, together)
    assert await crowd.answers() == [5] * 20
    assert crowd.pool.counters.statements - before == 3


async def test_an_error_is_only_for_whom_it_concerns(crowd: Crowd) -> None:
    together = quick()
    for divisor in (1, 0, 5):
        await crowd.ask(divisor, together)
    first, wrong, last = await crowd.answers()
    assert (first, last) == (10, 2)
    assert failure_of(wrong) is Failure.VALUE


@pytest.mark.parametrize("leaves", [0, 1])
async def test_whoever_leaves_takes_nobody_along(crowd: Crowd, leaves: int) -> None:
    together = quick()
    for divisor in (1, 2, 5):
        await crowd.ask(divisor, together)
    crowd.asked[leaves].cancel()
    answers = await crowd.answers()
    assert isinstance(answers.pop(leaves), asyncio.CancelledError)
    assert answers == [[10, 5, 2][place] for place in range(3) if place != leaves]


SLEEPING = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(5), 10 / given%'"
SLEEPING += " AND pid <> pg_backend_pid()"


async def asked(database_url: str, sql: str) -> int:
    """A number, on a connection of its own."""
    owner = await asyncpg.connect(asyncpg_dsn(database_url))
    try:
        return int(await owner.fetchval(sql))
    finally:
        await owner.close()


async def under_way(crowd: Crowd) -> None:
    """Wait until the first has gone and the others are answered."""
    await crowd.busy
    await asyncio.sleep(0.05)


async def test_a_statement_that_all_have_left_is_ended(crowd: Crowd, database_url: str) -> None:
    together = quick(Joint(JOINT.sql.replace("SELECT", "SELECT pg_sleep(5),", 1), JOINT.arguments))
    for divisor in (1, 2, 5):
        await crowd.ask(divisor, together)
    await under_way(crowd)
    crowd.asked[1].cancel()
    await asyncio.sleep(0.05)
    assert await asked(database_url, SLEEPING) == 1
    crowd.asked[2].cancel()
    first, *others = await crowd.answers()
    assert first == 10
    assert all(isinstance(other, asyncio.CancelledError) for other in others)
    await asyncio.sleep(0.2)
    assert await asked(database_url, SLEEPING) == 0
    assert not together.gatherings


async def test_a_lost_connection_is_nobody_s_loss(crowd: Crowd, database_url: str) -> None:
    together = quick(Joint(JOINT.sql.replace("SELECT", "SELECT pg_sleep(5),", 1), JOINT.arguments))
    for divisor in (1, 2, 5):
        await crowd.ask(divisor, together)
    await under_way(crowd)
    ended = await asked(database_url, SLEEPING.replace("count(*)", "count(pg_terminate_backend(pid))"))
    assert ended == 1
    assert await crowd.answers() == [10, 5, 2]


async def test_whoever_waits_too_long_is_told_so(database_url: str) -> None:
    pool = Pool(database_url, size=1, wait=0.05)
    await pool.open()
    crowd, together = Crowd(pool), quick()
    await asyncio.sleep(0.02)
    for divisor in (1, 2):
        await crowd.ask(divisor, together)
    assert [type(one) for one in await crowd.answers()] == [PoolTimeout, PoolTimeout]
    assert await pool.fetch(ONE, A, (A, 5), together) is not None
    await pool.close()
