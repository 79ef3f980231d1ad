"""From a value of JSON to one of a column, or a sentence that says why not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import orjson
import sqlalchemy as sa
from asyncpg.pgproto import pgproto

from db.models.base import Term, TermType

Read = Callable[[Any], Any]
"""Takes the value that JSON had, numbers as ``Decimal``; raises ``ValueError`` with a reason."""

_DECIMAL = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_LENGTH_OF_UUID = 36
# To the driver, the first and last moments that Python knows stand for PostgreSQL's infinite ones.
_INFINITE_TIMES = {"infinity": datetime.max.replace(tzinfo=UTC), "-infinity": datetime.min.replace(tzinfo=UTC)}
_INFINITE_DATES = {"infinity": date.max, "-infinity": date.min}


def reader(kind: sa.types.TypeEngine[Any]) -> Read:
    """How the values of a column of this type are read; ``TypeError`` where nobody has said it yet."""
    if isinstance(kind, TermType):
        return _term(kind.term)
    for known, read in _READERS.items():
        if isinstance(kind, known):
            return read
    raise TypeError(f"nobody has said how {kind!r} is read")


def id_reader(prefixes: Mapping[str, str]) -> Callable[[Any], tuple[str, Any]]:
    """Reads a public id; returns what ``prefixes`` has for its prefix, and the row's id."""
    known = " or ".join(f"'{prefix}_'" for prefix in prefixes) if len(prefixes) < 3 else "a known prefix"

    def read(value: Any) -> tuple[str, Any]:
        prefix, _, key = _text(value).rpartition("_")
        try:
            if len(key) == _LENGTH_OF_UUID:
                return prefixes[prefix], pgproto.UUID(key)
        except (KeyError, ValueError):
            pass
        raise ValueError(f"{shown(value)} is not an id that begins with {known}")

    return read


def shown(value: Any) -> str:
    """The value as a message shows it: cut where it is long."""
    text = repr(str(value) if isinstance(value, Decimal) else value)
    return text if len(text) <= 60 else f"{text[:60]}…"


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{shown(value)} is not a text")
    return value


def _term(term: type[Term]) -> Read:
    words = {str(member) for member in term}

    def read(value: Any) -> str:
        if value not in words:
            raise ValueError(f"{shown(value)} is none of {', '.join(map(str, term))}")
        return str(value)

    return read


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{shown(value)} is neither true nor false")
    return value


def _whole(bits: int) -> Read:
    beyond = Decimal(2) ** (bits - 1)

    def read(value: Any) -> int:
        if not isinstance(value, Decimal) or not -beyond <= value < beyond or value != int(value):
            raise ValueError(f"{shown(value)} is not a whole number of {bits} bits")
        return int(value)

    return read


def _decimal(value: Any) -> Decimal:
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        raise ValueError(f'{shown(value)} is not a decimal such as "12.50"')
    return Decimal(value)


def _time(value: Any) -> datetime:
    if (text := _text(value)) in _INFINITE_TIMES:
        return _INFINITE_TIMES[text]
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError(f"{shown(value)} is not a time with its offset from UTC")


def _date(value: Any) -> date:
    if (text := _text(value)) in _INFINITE_DATES:
        return _INFINITE_DATES[text]
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{shown(value)} is not a date") from None


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list):
        raise ValueError(f"{shown(value)} is not a list")
    return [_text(item) for item in value]


def _json(value: Any) -> str:
    # Numbers go as they came: a float would round them.
    return orjson.dumps(value, default=lambda number: orjson.Fragment(str(number))).decode()


_READERS: dict[type[sa.types.TypeEngine[Any]], Read] = {
    sa.Text: _text,
    sa.DateTime: _time,
    sa.Date: _date,
    sa.Boolean: _truth,
    sa.BigInteger: _whole(64),
    sa.Integer: _whole(32),
    sa.Numeric: _decimal,
    sa.ARRAY: _texts,
    sa.JSON: _json,
}
"""By the first type that a column's is one of: a BigInteger is an Integer too."""
