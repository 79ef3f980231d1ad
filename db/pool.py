"""A pool of raw asyncpg connections for statements that stand alone: every compiled query is one.

asyncpg's own pool resets a connection whenever it is given back, which costs more than a short query. Here a
connection is never reset, because nothing but single statements runs on it: it keeps its prepared statements and what
it shows. Whoever is not certain that a connection is idle again closes it.

The queries of partners have connections of their own, which act as another role and never serve anybody else.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Hashable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar
from uuid import UUID

import asyncpg

from db.engine import PARTNER_ROLE, SERVER_ROLE, asyncpg_dsn, server_settings
from db.failures import DatabaseUnavailable, Failure, PoolTimeout, failure_of
from db.queue import Queue
from db.together import Gathering, Together

PREPARED_STATEMENTS = 200
"""Statements that a connection keeps prepared; the least recently used is closed first."""

_CLOSE_SECONDS = 1.0
_DRAIN_SECONDS = 5.0

Scope = TypeVar("Scope", bound=Hashable)
"""What tells which rows a connection shows."""

Found = TypeVar("Found")
"""What is fetched: a row, or all of them."""

_ACTING_ROLE = """
    SELECT current_user AS name, role.rolsuper AS is_superuser, role.rolbypassrls AS bypasses,
           EXISTS (SELECT FROM pg_class WHERE relrowsecurity AND pg_has_role(current_user, relowner, 'USAGE')) AS owns
    FROM pg_roles AS role WHERE role.rolname = current_user
"""


class UnsafeRole(Exception):
    """Row-level security would not hold the role that the connections act as."""


@dataclass(slots=True)
class Counters:
    """What has been sent so far: statements of operations, and changes of what a connection shows."""

    statements: int = 0
    switches: int = 0


@dataclass(slots=True, eq=False)
class Session(Generic[Scope]):
    """A connection, and the scope whose rows it shows; None where that is not certain."""

    connection: asyncpg.Connection[Any]
    scope: Scope | None = None


@dataclass(eq=False)
class Sessions(ABC, Generic[Scope]):
    """Up to ``size`` connections that act as ``role``, opened when they are first needed.

    ``wait`` is how many seconds a statement waits for a connection (PoolTimeout), ``statement_timeout`` how many it
    may run. ``on_connect`` is called with each new connection.
    """

    role: ClassVar[str]
    url: str
    size: int = 4
    wait: float = 1.0
    statement_timeout: float | None = None
    on_connect: Callable[[asyncpg.Connection[Any]], None] | None = None
    counters: Counters = field(default_factory=Counters)
    _loop: asyncio.AbstractEventLoop = field(init=False)
    """Kept, because asking for the running loop is a system call in Python 3.11."""
    _taken: int = field(default=0, init=False)
    """Of ``size``: connections that are open, being opened or being closed."""
    _idle: list[Session[Scope]] = field(default_factory=list, init=False)
    _queue: Queue[Session[Scope] | None] = field(init=False)
    """Gives a session, or None for the right to open one."""
    _retiring: set[asyncio.Task[None]] = field(default_factory=set, init=False)
    _closed: asyncio.Event | None = field(default=None, init=False)
    """Set once the pool is closed and its last connection too; None while it is open."""

    def __post_init__(self) -> None:
        self._queue = Queue(self.wait)

    async def open(self) -> None:
        """Open the first connection; UnsafeRole if row-level security would not hold it."""
        self._loop = asyncio.get_running_loop()
        self._taken += 1
        session = await self._connect()
        try:
            role = await session.connection.fetchrow(_ACTING_ROLE)
            assert role is not None
            if role["is_superuser"] or role["bypasses"] or role["owns"]:
                reason = "owns its tables" if role["owns"] and not role["is_superuser"] else "passes over its policies"
                raise UnsafeRole(f"row-level security does not hold the role {role['name']}: it {reason}")
        except BaseException:
            self._retire(session)
            raise
        self._hand_on(session)

    async def close(self) -> None:
        """Close all connections, those in use as soon as their statements have ended."""
        self._closed = asyncio.Event()
        self._queue.refuse(DatabaseUnavailable("the pool is closed"))
        while self._idle:
            self._retire(self._idle.pop())
        if self._taken:
            async with asyncio.timeout(_DRAIN_SECONDS):
                await self._closed.wait()

    @abstractmethod
    async def _show(self, connection: asyncpg.Connection[Any], scope: Scope) -> None:
        """Show the connection the rows of ``scope``.

        With `db.engine.enter_workspace`, which does it for one transaction, the only way of telling PostgreSQL.
        """

    async def fetch(
        self, sql: str, scope: Scope, arguments: Sequence[Any], together: Together | None = None
    ) -> asyncpg.Record | None:
        """The first row of a statement that is shown the rows of ``scope`` only.

        Raises DatabaseUnavailable (PoolTimeout) where no connection is to be had, and what asyncpg raises: see
        `failure_of`. If the caller is cancelled, the statement is cancelled in the database too. While such a statement
        is under way, the row is fetched as ``together`` allows: with the rows of others that ask for the same meanwhile.
        """
        if together is None or together.most < 2:
            return await self._one(sql, scope, arguments, together)
        gathering = together.gatherings.get(scope)
        if gathering is None:
            gathering = Gathering(together, scope, partial(self._all, scope, together), self._loop)
            try:
                return await self._one(sql, scope, arguments, together)
            finally:
                gathering.go_on()
        if together.joint is not None and (row := await gathering.row(arguments)) is not None:
            return row
        return await self._one(sql, scope, arguments, together)

    async def _one(
        self, sql: str, scope: Scope, arguments: Sequence[Any], together: Together | None
    ) -> asyncpg.Record | None:
        return await self._run(asyncpg.Connection.fetchrow, sql, scope, arguments, together)

    async def _all(
        self, scope: Scope, together: Together, sql: str, arguments: Sequence[Any], requests: int
    ) -> list[asyncpg.Record]:
        return await self._run(asyncpg.Connection.fetch, sql, scope, arguments, together, requests)

    async def _run(
        self,
        fetch: Callable[..., Coroutine[Any, Any, Found]],
        sql: str,
        scope: Scope,
        arguments: Sequence[Any],
        together: Together | None,
        requests: int = 1,
    ) -> Found:
        """What one of a connection's own methods fetches, in ``scope``."""
        session = self._take(scope) or await self._wait()
        began = self._loop.time()
        try:
            if session.scope != scope:
                await self._switch(session, scope)
            self.counters.statements += 1
            found = await fetch(session.connection, sql, *arguments)
        except BaseException as error:
            if self._give_back(session, error):
                raise DatabaseUnavailable("the connection was lost") from error
            raise
        if together is not None:
            together.took(self._loop.time() - began, requests)
        self._hand_on(session)
        return found

    async def _wait(self) -> Session[Scope]:
        """A new session, or the one that is handed on when it is one's turn."""
        if self._closed is not None:
            raise DatabaseUnavailable("the pool is closed")
        if self._taken < self.size:
            self._taken += 1
            return await self._connect()
        waiter = self._queue.join()
        try:
            session = await waiter.turn
        except asyncio.CancelledError:
            # The turn may have come at the very moment of the cancellation.
            if not waiter.turn.cancelled() and waiter.turn.exception() is None:
                self._hand_on(waiter.turn.result())
            raise
        return session or await self._connect()

    async def _switch(self, session: Session[Scope], scope: Scope) -> None:
        session.scope = None
        self.counters.switches += 1
        await self._show(session.connection, scope)
        session.scope = scope

    def _give_back(self, session: Session[Scope], error: BaseException) -> bool:
        """Keep or close a connection after an error on it; true where the connection itself was lost."""
        if not isinstance(error, Exception):
            self._retire(session)
            return False
        lost = session.connection.is_closed()
        # After these the server has said that it is idle again; a client could make us reconnect at will otherwise.
        if not lost and failure_of(error) in {Failure.VALUE, Failure.TIMEOUT}:
            self._hand_on(session)
        else:
            self._retire(session)
        return lost

    def _take(self, scope: Scope) -> Session[Scope] | None:
        """An idle session: the last used one of the scope, or else the one that has been idle for longest."""
        while self._idle:
            session = self._idle.pop()
            if session.scope != scope and self._idle:
                self._idle.append(session)
                matches = [index for index, other in enumerate(self._idle) if other.scope == scope]
                session = self._idle.pop(matches[-1] if matches else 0)
            if not session.connection.is_closed():
                return session
            self._taken -= 1
        return None

    async def _connect(self) -> Session[Scope]:
        """A new session, in a place that is already taken for it."""
        try:
            async with asyncio.timeout(self.wait):
                connection = await asyncpg.connect(
                    asyncpg_dsn(self.url),
                    server_settings=server_settings(role=self.role, statement_timeout=self.statement_timeout),
                    statement_cache_size=PREPARED_STATEMENTS,
                    max_cached_statement_lifetime=0,
                    max_cacheable_statement_size=0,
                )
        except TimeoutError:
            self._hand_on(None)
            raise PoolTimeout("no connection could be opened in time") from None
        except BaseException:
            self._hand_on(None)
            raise
        if self.on_connect is not None:
            self.on_connect(connection)
        return Session(connection)

    def _hand_on(self, session: Session[Scope] | None) -> None:
        """Give an idle session, or (None) its place, to whoever has waited for longest."""
        if self._closed is not None and session is not None:
            self._retire(session)
            return
        if (waiter := self._queue.next()) is not None:
            waiter.turn.set_result(session)
            return
        if session is not None:
            self._idle.append(session)
            return
        self._taken -= 1
        if self._closed is not None and not self._taken:
            self._closed.set()

    def _retire(self, session: Session[Scope]) -> None:
        """Close a connection; its place is free when nothing of it runs in the database any more."""
        task = self._loop.create_task(self._end(session.connection))
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)

    async def _end(self, connection: asyncpg.Connection[Any]) -> None:
        try:
            # This waits for the cancellation of a statement that still runs, which terminate() would forget.
            await connection.close(timeout=_CLOSE_SECONDS)
        except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            # asyncpg has aborted the connection already: it was broken, or the server does not answer.
            connection.terminate()
        finally:
            self._hand_on(None)


class Pool(Sessions[UUID]):
    """Connections that act as the server's role, each in one workspace."""

    role = SERVER_ROLE

    async def _show(self, connection: asyncpg.Connection[Any], scope: UUID) -> None:
        await connection.fetchval("SELECT set_config('wavelength.workspace', $1, false)", str(scope))


class Partnership(NamedTuple):
    """What a partner is shown: of one workspace what is shared with one team, or only what is open to all partners."""

    workspace_id: UUID
    team_id: UUID | None


class PartnerPool(Sessions[Partnership]):
    """Connections that act as the partners' role, each for one team."""

    role = PARTNER_ROLE

    async def _show(self, connection: asyncpg.Connection[Any], scope: Partnership) -> None:
        workspace_id, team_id = scope
        await connection.fetchval(
            "SELECT set_config('wavelength.workspace', $1, false), set_config('wavelength.partner_team', $2, false)",
            str(workspace_id),
            str(team_id or ""),
        )
