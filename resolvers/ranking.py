"""Computed lists that show the best of many."""

from __future__ import annotations

from sqlalchemy import literal_column
from sqlalchemy.sql.elements import ColumnElement

from resolvers.compiler.arguments import Arguments
from resolvers.compiler.errors import bad_user_input

_MAX_SIZE = 100


def size(arguments: Arguments) -> int:
    """How many are asked for by ``first``; BAD_USER_INPUT unless there may be so many."""
    first: int = arguments["first"].literal()
    if not 1 <= first <= _MAX_SIZE:
        raise bad_user_input(f"'first' must be between 1 and {_MAX_SIZE}.")
    return first


def limit(first: int) -> ColumnElement[int]:
    """The same as a literal of the statement: PostgreSQL chooses badly where a limit is bound."""
    return literal_column(str(first))
