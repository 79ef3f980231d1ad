"""A bare ASGI application: three paths, three prepared statements, a few connections that are never reset."""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from benchmarks.servers.apps.statements import LEAD, LEADS, RECOMMENDATION

CONNECTIONS = 8

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_WORKSPACE = UUID(os.environ["BENCHMARK_WORKSPACE"])
_HEADERS = [(b"content-type", b"application/json")]
_STATEMENTS = {"lead": LEAD, "leads": LEADS, "recommendation": RECOMMENDATION}


class Session:
    """A connection with its statements prepared; answers are read as the bytes they are sent on as."""

    def __init__(self, statements: dict[str, Any]) -> None:
        self.statements = statements

    @classmethod
    async def open(cls) -> Session:
        connection = await asyncpg.connect(
            os.environ["BENCHMARK_DSN"], server_settings={"timezone": "UTC", "jit": "off"}
        )
        await connection.set_type_codec("text", schema="pg_catalog", encoder=bytes, decoder=bytes, format="binary")
        return cls({name: await connection.prepare(statement) for name, statement in _STATEMENTS.items()})


class Application:
    def __init__(self) -> None:
        self._idle: list[Session] = []
        self._waiting: deque[asyncio.Future[Session]] = deque()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        given = orjson.loads((await receive())["body"])
        body = await self._answer(scope["path"][1:], [UUID(value) for value in given.values()])
        headers = [*_HEADERS, (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, name: str, arguments: list[UUID]) -> bytes:
        session = self._idle.pop() if self._idle else await self._wait()
        try:
            answer: bytes = await session.statements[name].fetchval(_WORKSPACE, *arguments)
        finally:
            self._release(session)
        return answer

    def _wait(self) -> asyncio.Future[Session]:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        return turn

    def _release(self, session: Session) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            # A client that went away has cancelled its turn.
            if not turn.done():
                turn.set_result(session)
                return
        self._idle.append(session)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        for _ in range(CONNECTIONS):
            self._idle.append(await Session.open())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})


app = Application()
