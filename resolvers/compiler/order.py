"""The order of a list, and cursors: places in that order which stay where they are while rows come and go.

A cursor is the base64 of a JSON array: the order it belongs to, the row's values in it as text, the row's id. Nulls
come last, whichever way a list is ordered.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

import orjson
from sqlalchemy import (
    Boolean,
    Column,
    ColumnCollection,
    Date,
    DateTime,
    Integer,
    Numeric,
    Text,
    Uuid,
    and_,
    cast,
    false,
    func,
    or_,
    tuple_,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.sql.elements import ColumnElement

from resolvers.compiler.arguments import Argument
from resolvers.compiler.errors import bad_user_input
from resolvers.compiler.json import constant

Columns: TypeAlias = ColumnCollection[str, Any]
Beyond: TypeAlias = Callable[[Columns], ColumnElement[bool]]
"""Whether the row with these columns lies beyond a cursor."""


@dataclass(frozen=True, slots=True, eq=False)
class Key:
    """One column of an order; ``name`` is what cursors call it."""

    name: str
    column: Column[Any]
    descending: bool

    def of(self, columns: Columns) -> ColumnElement[Any]:
        """The key's value in the row with these ``columns``."""
        value: ColumnElement[Any] = columns[self.column.name]
        return value


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """The keys of a list's order; the last one is the id, which makes it total."""

    keys: Sequence[Key]

    @property
    def signature(self) -> str:
        """What a cursor must have been made for."""
        return ",".join(f"{key.name}{'-' if key.descending else '+'}" for key in self.keys)

    def by(self, columns: Columns, *, backward: bool = False) -> list[ColumnElement[Any]]:
        """The ORDER BY expressions over a row's ``columns``, or those of the reversed order."""
        return [_ordered(key, columns, backward) for key in self.keys]

    def cursor(self, columns: Columns) -> ColumnElement[str]:
        """The cursor of the row with these ``columns``."""
        texts: list[ColumnElement[str]] = [constant(self.signature)]
        texts += (cast(key.of(columns), Text()) for key in self.keys)
        values: ColumnElement[Any] = array(texts, type_=Text())
        encoded = func.encode(func.convert_to(cast(func.to_json(values), Text()), constant("UTF8")), constant("base64"))
        # encode() breaks lines after 76 characters.
        return func.translate(encoded, constant("\n"), constant(""), type_=Text())

    def beyond(self, cursor: Argument, *, backward: bool) -> Beyond:
        """Whether rows come after the cursor in this order (before it, if ``backward``); its values are bound once."""
        nulls: tuple[bool, ...] = cursor.literal(self._nulls)
        values = [None if is_null else self._bound(cursor, index) for index, is_null in enumerate(nulls)]
        if not any(key.column.nullable for key in self.keys) and len({key.descending for key in self.keys}) == 1:
            return lambda columns: self._further(columns, values, backward)
        return lambda columns: self._any_further(columns, values, backward)

    def _further(self, columns: Columns, values: Sequence[Any], backward: bool) -> ColumnElement[bool]:
        """By one comparison, which an index can make: all keys go one way, and none is null."""
        of_row, of_cursor = tuple_(*(key.of(columns) for key in self.keys)), tuple_(*values)
        return of_row < of_cursor if self.keys[0].descending != backward else of_row > of_cursor

    def _any_further(self, columns: Columns, values: Sequence[Any], backward: bool) -> ColumnElement[bool]:
        alternatives = []
        same: list[ColumnElement[bool]] = []
        for key, value in zip(self.keys, values, strict=True):
            alternatives.append(and_(*same, _passes(key, columns, value, backward)))
            same.append(key.of(columns).is_(None) if value is None else key.of(columns) == value)
        return or_(*alternatives)

    def _bound(self, cursor: Argument, index: int) -> ColumnElement[Any]:
        return cursor.bind(self.keys[index].column.type, lambda text, _context: self._decode(text)[index])

    def _nulls(self, text: str) -> Hashable:
        return tuple(value is None for value in self._decode(text))

    def _decode(self, text: str) -> list[Any]:
        """The values in a cursor; BAD_USER_INPUT if it is garbage or was made for another order."""
        try:
            signature, *values = orjson.loads(b64decode(text.encode("ascii"), validate=True))
        except (ValueError, TypeError):
            raise bad_user_input("This is not a cursor.") from None
        if signature != self.signature:
            raise bad_user_input("This cursor belongs to a list in another order.")
        try:
            return [_parse(key, value) for key, value in zip(self.keys, values, strict=True)]
        except (ValueError, TypeError, KeyError, ArithmeticError):
            raise bad_user_input("This is not a cursor.") from None


def _ordered(key: Key, columns: Columns, backward: bool) -> ColumnElement[Any]:
    ordered = key.of(columns).desc() if key.descending != backward else key.of(columns).asc()
    if not key.column.nullable:
        return ordered
    return ordered.nulls_first() if backward else ordered.nulls_last()


def _passes(key: Key, columns: Columns, value: ColumnElement[Any] | None, backward: bool) -> ColumnElement[bool]:
    """Whether the key alone puts the row beyond ``value`` (None: null), with nulls at the end of the list."""
    of_row = key.of(columns)
    if value is None:
        return of_row.is_not(None) if backward else false()
    further: ColumnElement[bool] = of_row < value if key.descending != backward else of_row > value
    return or_(further, of_row.is_(None)) if key.column.nullable and not backward else further


_PARSERS: Sequence[tuple[type, Callable[[str], Any]]] = (
    (Uuid, UUID),
    (DateTime, datetime.fromisoformat),
    (Date, date.fromisoformat),
    (Boolean, lambda text: {"true": True, "false": False}[text]),
    (Integer, int),
    (Numeric, Decimal),
)


def _parse(key: Key, value: Any) -> Any:
    if value is None and key.column.nullable:
        return None
    if not isinstance(value, str):
        raise TypeError
    parse = next((parse for type_, parse in _PARSERS if isinstance(key.column.type, type_)), str)
    parsed = parse(value)
    if isinstance(parsed, datetime) and parsed.tzinfo is None:
        raise ValueError
    return parsed
