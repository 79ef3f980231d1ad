"""A bare ASGI application as one writes it by hand: asyncpg's own pool as it comes, and one statement a path."""

from __future__ import annotations

import os
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
_STATEMENTS = {"/lead": LEAD, "/leads": LEADS, "/recommendation": RECOMMENDATION}


class Application:
    def __init__(self) -> None:
        self._pool: asyncpg.Pool[Any] | None = None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        assert self._pool is not None
        given = orjson.loads((await receive())["body"])
        answer = await self._pool.fetchval(_STATEMENTS[scope["path"]], _WORKSPACE, *map(UUID, given.values()))
        body = answer.encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self._pool = await asyncpg.create_pool(
            os.environ["BENCHMARK_DSN"],
            min_size=CONNECTIONS,
            max_size=CONNECTIONS,
            server_settings={"timezone": "UTC", "jit": "off"},
        )
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._pool.close()
        await send({"type": "lifespan.shutdown.complete"})


app = Application()
