"""What a failed statement means, by SQLSTATE: the same for raw asyncpg and for SQLAlchemy's wrapping of it."""

from __future__ import annotations

from enum import Enum, auto

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as EnginePoolTimeout

_CONNECTION_FAILED, _OUT_OF_RESOURCES, _SHUT_DOWN = "08", "53", "57P"
_WRONG_VALUE = "22"


class Failure(Enum):
    """The failures that are no fault of the program."""

    UNAVAILABLE = auto()
    """The database cannot be reached, or has no connection to spare."""
    TIMEOUT = auto()
    """The statement ran longer than it may."""
    VALUE = auto()
    """A bound value is one that the database cannot hold or compute with."""


class DatabaseUnavailable(Exception):
    """There is no connection to be had."""


class PoolTimeout(DatabaseUnavailable):
    """All connections were busy for as long as a request may wait."""


def failure_of(error: BaseException) -> Failure | None:
    """Which failure this is; None for whatever should not have happened."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return Failure.UNAVAILABLE
    error = _unwrapped(error)
    if isinstance(error, asyncpg.PostgresError):
        return _by_sqlstate(error)
    if isinstance(error, (DatabaseUnavailable, EnginePoolTimeout, OSError)):
        return Failure.UNAVAILABLE
    return None


def _by_sqlstate(error: asyncpg.PostgresError) -> Failure | None:
    state = error.sqlstate or ""
    if state == asyncpg.QueryCanceledError.sqlstate:
        return Failure.TIMEOUT
    if state.startswith((_CONNECTION_FAILED, _OUT_OF_RESOURCES, _SHUT_DOWN)):
        return Failure.UNAVAILABLE
    # The driver refuses what it cannot encode under the same state; that a value has another type is our mistake.
    return Failure.VALUE if state.startswith(_WRONG_VALUE) and not isinstance(error.__cause__, TypeError) else None


def _unwrapped(error: BaseException) -> BaseException:
    if isinstance(error, DBAPIError) and error.orig is not None:
        return error.orig.__cause__ or error.orig
    return error
