"""What is shown to a role that does not see everything: each tenant filter of its statements is narrowed.

This is row-level security over again, by the compiler. Wherever a statement says ``workspace_id = $1`` of a table,
the table's own condition is written beside it, inside such conditions too. Whoever builds a statement neither does
anything for it nor can forget it, and the statements of the other roles are what they would be without.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from sqlalchemy import Alias, and_
from sqlalchemy.dialects.postgresql.asyncpg import PGCompiler_asyncpg, PGDialect_asyncpg
from sqlalchemy.sql import ClauseElement, operators
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import BinaryExpression, ColumnElement

from resolvers.compiler.tenancy import filtered_row, verify

Visible: TypeAlias = Callable[[Alias], ColumnElement[bool]]
"""Whether a row is shown. Tables that the condition looks into are narrowed as well."""

Visibility: TypeAlias = Mapping[str, Visible | None]
"""By table: which of its rows are shown, or None for all. What is not named is not to be read."""


def rendered(statement: ClauseElement, visibility: Visibility | None) -> SQLCompiler:
    """The statement as SQL, narrowed to what is shown; None shows all.

    Raises ``AssertionError`` where a tenant's table is read without the tenant filter, without its condition, or
    although nothing of it is shown.
    """
    read = verify(statement)
    dialect = _EVERYTHING if visibility is None else _narrowing(visibility)
    compiled = statement.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)
    if isinstance(dialect, _NarrowingDialect):
        unnarrowed = read - dialect.narrowed
        _demand(not unnarrowed, "read without the condition of what is shown of it", unnarrowed)
    return compiled


class _Narrowing(PGCompiler_asyncpg):
    """Writes the conditions."""

    dialect: _NarrowingDialect

    def visit_binary(self, binary: BinaryExpression[Any], *arguments: Any, **options: Any) -> str:
        text: str = super().visit_binary(binary, *arguments, **options)  # type: ignore[no-untyped-call]
        row = filtered_row(binary)
        if row is None:
            return text
        visibility, table = self.dialect.visibility, str(row.element)
        _demand(table in visibility, "read although nothing of it is shown", {row})
        self.dialect.narrowed.add(row)
        visible = visibility[table]
        if visible is None:
            return text
        condition = visible(row)
        verify(and_(binary, condition))
        return f"({text} AND {self.process(condition.self_group(against=operators.and_), **options)})"


class _NarrowingDialect(PGDialect_asyncpg):
    """Narrows one statement to ``visibility``, and keeps which of its rows are ``narrowed``."""

    statement_compiler = _Narrowing
    visibility: Visibility
    narrowed: set[Alias]


_EVERYTHING = PGDialect_asyncpg()  # type: ignore[no-untyped-call]


def _narrowing(visibility: Visibility) -> _NarrowingDialect:
    dialect = _NarrowingDialect()  # type: ignore[no-untyped-call]
    dialect.visibility, dialect.narrowed = visibility, set()
    return dialect


def _demand(holds: bool, wrong: str, rows: set[Alias]) -> None:
    if not holds:
        raise AssertionError(f"{wrong}: {', '.join(sorted(str(row.element) for row in rows))}")
