"""Ends the requests that nobody will get an answer to: those past their time, and those whose client has left.

One timer serves all requests: most are answered before it looks at them for the first time, so that a request costs
no timer and no task of its own. Only of a request that takes longer is the client listened to.
"""

from __future__ import annotations

import asyncio
from types import TracebackType

from starlette.types import Receive

from api.body import ClientLeft
from resolvers.compiler.errors import timeout

_LOOK_SECONDS = 0.05


class Watch:
    """The requests that are being answered, the oldest first."""

    def __init__(self, limit_seconds: float, loop: asyncio.AbstractEventLoop) -> None:
        self._limit = limit_seconds
        self.loop = loop
        self._requests: dict[Watched, None] = {}
        self._next_look: asyncio.TimerHandle | None = None

    def request(self) -> Watched:
        """A context for answering one request in the current task.

        It ends with ApiError TIMEOUT when the limit is passed, and with ClientLeft when the client has left.
        """
        return Watched(self)

    def enter(self, request: Watched) -> None:
        self._requests[request] = None
        if self._next_look is None:
            self._next_look = self.loop.call_later(_LOOK_SECONDS, self._look)

    def leave(self, request: Watched) -> None:
        del self._requests[request]

    def _look(self) -> None:
        now = self.loop.time()
        for request in self._requests:
            age = now - request.started
            if age < _LOOK_SECONDS:
                break
            if age >= self._limit:
                request.end(timeout())
            else:
                request.listen()
        self._next_look = self.loop.call_later(_LOOK_SECONDS, self._look) if self._requests else None


class Watched:
    """One request. ``receive`` is set when its body has been read: from then on only a disconnect can come."""

    __slots__ = ("_end", "_listener", "_task", "_watch", "receive", "started")

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._end: Exception | None = None
        self._listener: asyncio.Task[None] | None = None
        self.receive: Receive | None = None
        self.started = watch.loop.time()

    def __enter__(self) -> Watched:
        task = asyncio.current_task(self._watch.loop)
        assert task is not None
        self._task = task
        self._watch.enter(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._watch.leave(self)
        if self._listener is not None:
            self._listener.cancel()
        if self._end is not None and self._task.uncancel() == 0 and isinstance(error, asyncio.CancelledError):
            raise self._end

    def end(self, reason: Exception) -> None:
        """Cancel the request, once; its context turns the cancellation into ``reason``."""
        if self._end is None:
            self._end = reason
            self._task.cancel()

    def listen(self) -> None:
        """Wait for the client to leave."""
        if self._listener is None and self.receive is not None:
            self._listener = self._watch.loop.create_task(self._until_left(self.receive))

    async def _until_left(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self.end(ClientLeft())
