"""JSON text made by PostgreSQL: constants and columns in the order of the response, joined by one ``concat()``.

``concat()`` of pieces is cheaper than ``json_build_object()``, needs no cast of numbers, and takes at most 100
arguments; it drops nulls, so whatever may be null is coalesced to ``null``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

import orjson
from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnClause,
    Date,
    DateTime,
    Integer,
    Numeric,
    String,
    Text,
    Uuid,
    case,
    cast,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by, dialect
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import TypeDecorator, TypeEngine

Piece: TypeAlias = str | ColumnElement[Any]
"""A constant stretch of the response, or an expression whose text goes into it."""
Pieces: TypeAlias = list[Piece]

_MAX_ARGUMENTS = 100
_quote: Callable[[str], str] = Text().literal_processor(dialect())  # type: ignore[no-untyped-call]
NULL = "null"


class Constant(ColumnClause[str]):
    """A text of the plan (a name, a constant) as a literal of the statement."""

    inherit_cache = True
    # What stands for it outside a sub-query that selects it: a column, no literal.
    _constructor: Any = ColumnClause

    def __init__(self, text: str) -> None:
        super().__init__(_quote(text), Text(), is_literal=True)
        self.text = text


def constant(text: str) -> Constant:
    """``text`` as a literal of the statement; never for anything that a client sent, but names it gave to fields."""
    return Constant(text)


def join(pieces: Iterable[Piece]) -> ColumnElement[str]:
    """One text of all pieces."""
    arguments = [constant(piece) if isinstance(piece, str) else piece for piece in _merged(pieces)]
    while len(arguments) > _MAX_ARGUMENTS:
        arguments = [
            func.concat(*arguments[start : start + _MAX_ARGUMENTS], type_=Text())
            for start in range(0, len(arguments), _MAX_ARGUMENTS)
        ]
    return func.concat(*arguments, type_=Text()) if len(arguments) != 1 else cast(arguments[0], Text())


def _merged(pieces: Iterable[Piece]) -> Sequence[Piece]:
    merged: Pieces = []
    for piece in pieces:
        if isinstance(piece, str) and merged and isinstance(merged[-1], str):
            merged[-1] += piece
        else:
            merged.append(piece)
    return merged


def object_(members: Iterable[tuple[str, Pieces]]) -> Pieces:
    """The pieces of an object with ``members``, in their order."""
    pieces: Pieces = ["{"]
    for index, (name, value) in enumerate(members):
        pieces += [f'{"," if index else ""}"{name}":', *value]
    return [*pieces, "}"]


def array(
    texts: ColumnElement[Any],
    *,
    order_by: ColumnElement[Any] | None = None,
    where: ColumnElement[bool] | None = None,
) -> ColumnElement[str]:
    """An aggregate: the JSON texts of all rows (those ``where`` it says) as an array; ``[]`` for no rows."""
    separator = constant(",")
    items: Any = func.string_agg(texts, separator if order_by is None else aggregate_order_by(separator, order_by))
    if where is not None:
        items = items.filter(where)
    return func.concat(constant("["), items, constant("]"), type_=Text())


def or_null(text: ColumnElement[Any]) -> ColumnElement[Any]:
    """``text``, or JSON's null where it is null."""
    return func.coalesce(text, constant(NULL), type_=Text())


def scalar(value: ColumnElement[Any], *, nullable: bool) -> Pieces:
    """The pieces of a scalar, by its SQL type.

    Times are ISO 8601 in UTC, dates ISO 8601, decimals strings (exact), integers numbers.
    """
    if isinstance(value, Constant):
        return [orjson.dumps(value.text).decode()]
    type_ = _plain(value.type)
    if isinstance(type_, (Integer, JSONB)):
        return [or_null(cast(value, Text())) if nullable else value]
    if isinstance(type_, Boolean):
        unknown = [(value.is_(None), constant(NULL))] if nullable else []
        return [case((value, constant("true")), *unknown, else_=constant("false"))]
    if isinstance(type_, (Numeric, Date, Uuid)) or isinstance(value.type, TypeDecorator):
        # Nothing in these needs escaping.
        if nullable:
            return [or_null(constant('"') + cast(value, Text()) + constant('"'))]
        return ['"', value, '"']
    if isinstance(type_, (String, DateTime, ARRAY)):
        text = func.to_json(value)
        return [or_null(cast(text, Text())) if nullable else text]
    raise TypeError(f"No JSON is defined for {type_!r}.")


def number(value: ColumnElement[Any], *, nullable: bool) -> Pieces:
    """The pieces of a number that JSON takes as it is."""
    return [or_null(cast(value, Text())) if nullable else value]


def identifier(prefix: str, key: ColumnElement[Any]) -> Pieces:
    """The pieces of a public id."""
    return [f'"{prefix}_', key, '"']


def _plain(type_: TypeEngine[Any]) -> TypeEngine[Any]:
    return type_.impl_instance if isinstance(type_, TypeDecorator) else type_
