"""Requests that come together are answered together: while a quick statement is under way, those who ask for the same gather."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import asyncpg

from db.failures import PoolTimeout

logger = logging.getLogger("wavelength.db")

_MOST = 16
"""Requests in one statement."""
_SECONDS = 0.02
"""About as long it may take: they run one after another, which others would do side by side."""
_PATIENCE_SECONDS = 0.02
"""As long a statement that is under way is waited for."""
_NEWS = 0.1
"""What the last measurement weighs."""

Fetch: TypeAlias = Callable[[str, Sequence[Any], int], Awaitable[Sequence[asyncpg.Record]]]
"""Fetches all rows of a statement with its arguments, for so many requests."""


@dataclass(frozen=True, slots=True)
class Joint:
    """A statement for many requests; ``own`` tells for each of its arguments where it stands among those of one.

    An argument that each request has of its own is an array; the others are the same in all. It gives a row for each
    request, in their order.
    """

    sql: str
    arguments: Sequence[tuple[int, bool]]

    def bind(self, requests: Sequence[Sequence[Any]]) -> list[Any]:
        """Its arguments, from those of the requests."""
        first = requests[0]
        return [[request[place] for request in requests] if own else first[place] for place, own in self.arguments]


@dataclass(slots=True, eq=False)
class Together:
    """Whether and how requests for one statement are answered by one; ``make`` is called when that is first asked for."""

    make: Callable[[], Joint | None]
    gatherings: dict[Hashable, Gathering] = field(default_factory=dict)
    """By scope, where a statement is under way."""
    _joint: Joint | None = None
    _made: bool = False
    _seconds: float = field(default=_SECONDS)
    """About how long one request takes; until that is known, too long for two."""

    @property
    def joint(self) -> Joint | None:
        if not self._made:
            self._joint, self._made = self.make(), True
            del self.make
        return self._joint

    @property
    def most(self) -> int:
        """How many requests may go together."""
        return min(_MOST, int(_SECONDS / self._seconds)) if self._seconds > 0 else _MOST

    def took(self, seconds: float, requests: int) -> None:
        """Remember how long a statement took that answered so many requests."""
        self._seconds += (seconds / requests - self._seconds) * _NEWS


Request: TypeAlias = tuple[Sequence[Any], "asyncio.Future[asyncpg.Record | None]"]
"""The arguments of a request, and its row to come; None where it is to be fetched alone."""


class Gathering:
    """The requests for one statement in one scope: while one is under way, the others wait to go with the next.

    It begins with a request that goes alone and at once, and ends when a statement has ended and nobody waits.
    """

    def __init__(self, together: Together, scope: Hashable, fetch: Fetch, loop: asyncio.AbstractEventLoop) -> None:
        self._together = together
        self._scope = scope
        self._fetch = fetch
        self._loop = loop
        self._waiting: deque[Request] = deque()
        self._patience: asyncio.TimerHandle | None = None
        self._under_way: dict[asyncio.Task[None], list[Request]] = {}
        together.gatherings[scope] = self

    async def row(self, arguments: Sequence[Any]) -> asyncpg.Record | None:
        """The row of one more request; None where it is to be fetched alone."""
        coming: asyncio.Future[asyncpg.Record | None] = self._loop.create_future()
        self._waiting.append((arguments, coming))
        if self._patience is None:
            self._patience = self._loop.call_later(_PATIENCE_SECONDS, self.go_on)
        try:
            return await coming
        except asyncio.CancelledError:
            self._stop_what_nobody_waits_for()
            raise

    def go_on(self) -> None:
        """What was under way has ended, or takes too long to be waited for: let those who wait go."""
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        going: list[Request] = []
        while self._waiting and len(going) < self._together.most:
            request = self._waiting.popleft()
            if not request[1].done():
                going.append(request)
        if going:
            task = self._loop.create_task(self._go(going))
            self._under_way[task] = going
            task.add_done_callback(self._under_way.pop)
        elif self._together.gatherings.get(self._scope) is self:
            del self._together.gatherings[self._scope]
        if self._waiting:
            self._patience = self._loop.call_later(_PATIENCE_SECONDS, self.go_on)

    async def _go(self, going: Sequence[Request]) -> None:
        joint = self._together.joint
        assert joint is not None
        rows: Sequence[asyncpg.Record | None] = [None] * len(going)
        try:
            rows = await self._fetch(joint.sql, joint.bind([arguments for arguments, _ in going]), len(going))
        except PoolTimeout as error:
            for _, coming in going:
                if not coming.done():
                    coming.set_exception(error)
        except Exception as error:  # noqa: BLE001 - whatever it is
            # What fails for all of them is tried again for each alone, and told there.
            logger.debug("a statement for %d requests failed: %s", len(going), error)
        finally:
            for (_, coming), row in zip(going, rows, strict=True):
                if not coming.done():
                    coming.set_result(row)
            self.go_on()

    def _stop_what_nobody_waits_for(self) -> None:
        for task, going in self._under_way.items():
            if all(coming.done() for _, coming in going):
                task.cancel()
