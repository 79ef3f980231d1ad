"""The tenant filter: every table that a statement reads carries its own ``workspace_id = $1``.

Equality to another table's ``workspace_id`` would be right too, but would scatter over the shards of a distributed
database. :func:`verify` refuses a statement in which a table lacks its filter, so that a noun cannot forget it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Alias, FromClause, Table, TableClause, Uuid, and_, bindparam, column
from sqlalchemy.sql import ClauseElement, operators
from sqlalchemy.sql.elements import BinaryExpression, ColumnElement

from db.models import Base

WORKSPACE = bindparam("workspace", type_=Uuid())
"""The workspace of the request, bound in every statement."""

PARTNER_TEAM = bindparam("partner_team", type_=Uuid())
"""The partner's team whose member asks, in the conditions of what is shared with partners; null where there is none."""


def table_of(model: type[Base]) -> Table:
    """The table of a model."""
    table = model.__table__
    assert isinstance(table, Table)
    return table


def open_table(table: Table | type[Base]) -> Alias:
    """An alias of a table, or of a model's table, for one use in a statement."""
    alias = _lean(table if isinstance(table, Table) else table_of(table)).alias()
    assert isinstance(alias, Alias)
    return alias


@cache
def _lean(table: Table) -> TableClause:
    """The table without keys and defaults, which aliases would copy at a third of the cost of compiling."""
    return TableClause(table.name, *(column(one.name, one.type) for one in table.c))


def in_workspace(*rows: FromClause) -> ColumnElement[bool]:
    """Whether all ``rows`` are of the request's workspace."""
    return and_(*(_tenant(row) == WORKSPACE for row in rows))


def _tenant(row: FromClause) -> ColumnElement[UUID]:
    """The workspace that a row belongs to; a workspace is its own."""
    tenant: ColumnElement[UUID] = row.c.workspace_id if "workspace_id" in row.c else row.c.id
    return tenant


def verify(statement: ClauseElement) -> set[Alias]:
    """The tables that a statement reads; ``AssertionError`` if it reads one without the tenant filter."""
    read: set[Alias] = set()
    filtered: set[Alias] = set()
    for element in _elements(statement):
        if isinstance(element, Alias) and isinstance(element.element, TableClause):
            read.add(element)
        elif isinstance(element, TableClause):
            raise AssertionError(f"{element.name} is read without an alias, so its tenant filter cannot be checked")
        elif (row := filtered_row(element)) is not None:
            filtered.add(row)
    if unfiltered := read - filtered:
        names = ", ".join(sorted(str(alias.element) for alias in unfiltered))
        raise AssertionError(f"read without a tenant filter: {names}")
    return read


def filtered_row(element: Any) -> Alias | None:
    """The row whose tenant filter ``element`` is; None if it is something else."""
    if not (isinstance(element, BinaryExpression) and element.operator is operators.eq and element.right is WORKSPACE):
        return None
    row = getattr(element.left, "table", None)
    return row if isinstance(row, Alias) and element.left is _tenant(row) else None


def _elements(statement: ClauseElement) -> Iterator[Any]:
    """All parts of a statement, each once, without the tables behind aliases."""
    seen: set[int] = set()
    rest: list[Any] = [statement]
    while rest:
        element = rest.pop()
        if id(element) in seen:
            continue
        seen.add(id(element))
        yield element
        if not (isinstance(element, Alias) and isinstance(element.element, TableClause)):
            rest.extend(element.get_children())
