"""What an export consists of: a sheet for each table, with a field for each column. The models alone say which."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from pydantic.alias_generators import to_camel

from db.exports.values import id_reader, reader
from db.models import ApiToken, Base, Entity, EventVoid, ExternalRef, Tenant

LEFT_OUT: frozenset[sa.FromClause] = frozenset({ApiToken.__table__})
"""What stays behind, with the columns that refer to it: a token opens the workspace that it was made for, and no copy.

So does what is derived from the rest.
"""

_tables = Base.metadata.tables
IDS_OF_ANY: Mapping[sa.Column[Any], sa.Column[Any]] = {
    _tables[ExternalRef.__tablename__].c.entity_id: _tables[ExternalRef.__tablename__].c.entity,
    _tables[EventVoid.__tablename__].c.event_id: _tables[EventVoid.__tablename__].c.event_table,
}
"""Columns that refer to a row of any table, each with the column that names the table."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One column, as the lines of a file have it."""

    name: str
    column: sa.Column[Any]
    refers_to: sa.Table | None
    """The table with the row whose id this is; None for other values, and for ids of any entity."""
    write: sa.ColumnElement[Any]
    """The value that PostgreSQL puts into the line."""
    read: Callable[[Row], Any]
    """The column's value from a line that has all fields; raises ``ValueError`` with a reason."""

    @property
    def needed(self) -> bool:
        """Whether a row cannot be without it."""
        return not self.column.nullable and self.column.server_default is None

    @property
    def closes_cycle(self) -> bool:
        """Whether it refers to a table that comes after its own."""
        return any(key.constraint is not None and key.constraint.use_alter for key in self.column.foreign_keys)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table, as a file of the export."""

    table: sa.Table
    fields: tuple[Field, ...]

    @property
    def file(self) -> str:
        return f"{self.table.name}.ndjson"

    @property
    def order(self) -> list[sa.ColumnElement[Any]]:
        """The order of the lines: that in which the database numbered the rows, or else that of their keys.

        The same on every server, whatever its collation is.
        """
        numbered = [column for column in self.table.columns if column.identity is not None]
        keys = numbered or [column for column in self.table.primary_key if column.name != "workspace_id"]
        return [key.collate("C") if isinstance(key.type, sa.Text) else key for key in keys]


@cache
def sheets() -> tuple[Sheet, ...]:
    """All tables of a workspace, each after those that it refers to."""
    return tuple(
        Sheet(table, tuple(_field(column) for column in table.columns if _is_written(column))) for table in _models()
    )


@cache
def _models() -> dict[sa.Table, type[Tenant]]:
    models = {mapper.local_table: mapper.class_ for mapper in Base.registry.mappers}
    tenants = {table: models[table] for table in Base.metadata.sorted_tables if issubclass(models[table], Tenant)}
    return {table: model for table, model in tenants.items() if table not in LEFT_OUT and not model.__derived__}


@cache
def _prefixes() -> dict[str, str]:
    """What public ids begin with, by the entity's table."""
    return {table.name: model.__prefix__ for table, model in _models().items() if issubclass(model, Entity)}


def _is_written(column: sa.Column[Any]) -> bool:
    """The workspace is the manifest's, and an identity the database's own: the order of the lines keeps it."""
    return column.name != "workspace_id" and column.identity is None and _referred(column) not in LEFT_OUT


def _referred(column: sa.Column[Any]) -> sa.Table | None:
    return next((key.column.table for key in column.foreign_keys), None)


def _field(column: sa.Column[Any]) -> Field:
    name, referred = to_camel(column.name), _referred(column)
    if column in IDS_OF_ANY:
        return _id_of_any(name, column, IDS_OF_ANY[column])
    table = column.table if column.name == "id" else referred
    if table is not None:
        prefix = _prefixes()[table.name]
        read_id = id_reader({prefix: table.name})
        write = sa.literal(f"{prefix}_").concat(sa.cast(column, sa.Text))
        return Field(name, column, referred, write, _of_row(name, column, lambda value: read_id(value)[1]))
    write = sa.cast(column, sa.Text) if isinstance(column.type, sa.Numeric) else column
    return Field(name, column, None, write, _of_row(name, column, reader(column.type)))


def _id_of_any(name: str, column: sa.Column[Any], entity: Any) -> Field:
    """The id of a row of the table that the column ``entity`` names."""
    read_id = id_reader({prefix: table for table, prefix in _prefixes().items()})

    def read(row: Row) -> Any:
        table, key = read_id(row[name])
        if table != row[to_camel(entity.name)]:
            raise ValueError(f"is of {table}, which {to_camel(entity.name)} does not say")
        return key

    prefix = sa.case(*((sa.type_coerce(entity, sa.Text) == table, prefix) for table, prefix in _prefixes().items()))
    return Field(name, column, None, prefix.concat("_").concat(sa.cast(column, sa.Text)), read)


def _of_row(name: str, column: sa.Column[Any], read: Callable[[Any], Any]) -> Callable[[Row], Any]:
    nullable = column.nullable
    # Where a column of JSON must have a value, null is one.
    null_is_value = isinstance(column.type, sa.JSON) and not nullable

    def read_row(row: Row) -> Any:
        value = row[name]
        if value is not None or null_is_value:
            return read(value)
        if not nullable:
            raise ValueError("is null, but needed")
        return None

    return read_row
