"""The queue for the connections of a pool: whose turn it is, and who has waited for too long."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Generic, TypeVar

from db.failures import PoolTimeout

Got = TypeVar("Got")
"""What somebody gets whose turn it is."""


@dataclass(slots=True, eq=False)
class Waiter(Generic[Got]):
    """Somebody's turn."""

    turn: asyncio.Future[Got]
    deadline: float


class Queue(Generic[Got]):
    """Those who wait, in their order; each waits for ``seconds``, then it has a PoolTimeout."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._loop: asyncio.AbstractEventLoop | None = None
        """Known when somebody waits, and kept: asking for it is a system call in Python 3.11."""
        self._waiters: deque[Waiter[Got]] = deque()
        self._expiry: asyncio.TimerHandle | None = None

    def join(self) -> Waiter[Got]:
        """Wait at the end."""
        loop = self._loop = self._loop or asyncio.get_running_loop()
        waiter = Waiter[Got](loop.create_future(), loop.time() + self._seconds)
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
