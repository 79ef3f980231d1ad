"""The queue for the connections of a pool: whose turn it is, who goes together, and who has waited for too long."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from db.failures import PoolTimeout
from db.together import Together

_MOST_PASSED_OVER = 64
"""Waiters that are looked at in vain for one who waits for the same."""

Got = TypeVar("Got")
"""What somebody gets whose turn it is."""


@dataclass(slots=True, eq=False)
class Waiter(Generic[Got]):
    """Somebody's turn, and the statement that it is for."""

    turn: asyncio.Future[Got]
    deadline: float
    scope: Hashable
    arguments: Sequence[Any]
    together: Together | None
    """How its row may be fetched with others'; None where it is fetched alone."""
    company: list[Waiter[Got]] = field(default_factory=list)
    """Those whose rows it is to fetch with its own."""


class Queue(Generic[Got]):
    """Those who wait, in their order; each waits for ``seconds``, then it has a PoolTimeout."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._loop: asyncio.AbstractEventLoop | None = None
        """Known when somebody waits, and kept: asking for it is a system call in Python 3.11."""
        self._waiters: deque[Waiter[Got]] = deque()
        self._expiry: asyncio.TimerHandle | None = None

    def join(self, scope: Hashable, arguments: Sequence[Any], together: Together | None) -> Waiter[Got]:
        """Wait at the end."""
        loop = self._loop = self._loop or asyncio.get_running_loop()
        waiter = Waiter[Got](loop.create_future(), loop.time() + self._seconds, scope, arguments, together)
        self._waiters.append(waiter)
        self._watch(loop)
        return waiter

    def next(self) -> Waiter[Got] | None:
        """Whose turn it is, if anybody waits still."""
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.turn.done():
                return waiter
        return None

    def gather(self, first: Waiter[Got]) -> None:
        """Give somebody whose turn it is the company of those who wait for the same statement in the same scope."""
        together = first.together
        if together is None or (most := together.most) < 2 or together.joint is None:
            return
        others: list[Waiter[Got]] = []
        while self._waiters and len(first.company) + 1 < most and len(others) < _MOST_PASSED_OVER:
            other = self._waiters.popleft()
            same = other.together is together and other.scope == first.scope and not other.turn.done()
            (first.company if same else others).append(other)
        self._waiters.extendleft(reversed(others))

    def part(self, first: Waiter[Got]) -> None:
        """Let the company wait again, before all others and each for itself."""
        for waiter in reversed(first.company):
            waiter.together = None
            self._waiters.appendleft(waiter)
        first.company.clear()
        if self._loop is not None:
            self._watch(self._loop)

    def refuse(self, error: Exception) -> None:
        """Tell all that they wait in vain."""
        while (waiter := self.next()) is not None:
            waiter.turn.set_exception(error)

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """One timer for all: the first to come is the first to go."""
        if self._expiry is None and self._waiters:
            self._expiry = loop.call_at(self._waiters[0].deadline, self._expire, loop)

    def _expire(self, loop: asyncio.AbstractEventLoop) -> None:
        while self._waiters and self._waiters[0].deadline <= loop.time():
            turn = self._waiters.popleft().turn
            if not turn.done():
                turn.set_exception(PoolTimeout("all connections are busy"))
        self._expiry = None
        self._watch(loop)
