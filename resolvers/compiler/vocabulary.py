"""What the compiler knows of the schema: how each field is read, and which types are rows of a table.

The schema package declares one :class:`Read` for each field; nothing here knows a noun.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

from asyncpg.pgproto import pgproto
from graphql import GraphQLField, GraphQLNamedType, GraphQLObjectType, GraphQLSchema, get_named_type, is_abstract_type
from sqlalchemy import FromClause, Select, SelectBase, Table, literal_column, select, true
from sqlalchemy.sql.elements import ColumnElement

from resolvers.compiler.errors import bad_user_input
from resolvers.compiler.visibility import Visibility

if TYPE_CHECKING:
    from resolvers.compiler.arguments import Arguments


class Columns(dict[str, ColumnElement[Any]]):
    """Named expressions that are asked for as a row's columns are."""

    def __getattr__(self, name: str) -> ColumnElement[Any]:
        return self[name]


@dataclass(slots=True, eq=False)
class Source:
    """The row that the fields of an object are read from.

    ``table`` is set where the row is an entity's. ``data`` is whatever the function that made the rows left for the
    computed fields below it; ``laterals`` are joined to the row by relations to one entity.
    """

    row: FromClause
    table: Table | None = None
    data: Any = None
    holds: Mapping[str, str] = field(default_factory=dict)
    laterals: list[FromClause] = field(default_factory=list)
    values: Columns | None = None
    """The object's columns where they are not the row's own: it is made of expressions over the row."""

    @property
    def c(self) -> Any:
        """The columns of the object, by name."""
        return self.row.c if self.values is None else self.values

    def look_up(self, found: Select[Any]) -> FromClause:
        """Join the one row of ``found``, a query that refers to this row; all nulls where there is none.

        PostgreSQL memoizes what many rows share. LIMIT keeps it from flattening the join, which would compute the
        columns of every row there is.
        """
        lateral = found.limit(literal_column("1")).lateral()
        self.laterals.append(lateral)
        return lateral

    def made_of(self, values: Mapping[str, ColumnElement[Any]], table: Table | None = None) -> Source:
        """An object made of expressions over the same row; what its fields join is joined to that row."""
        return Source(self.row, table, self.data, laterals=self.laterals, values=Columns(values))

    def held(self, column: str, table: Table) -> Source | None:
        """The entity of ``table`` that ``column`` refers to, if the row holds its columns already."""
        prefix = self.holds.get(column)
        if prefix is None:
            return None
        return self.made_of({one.name: self.row.c[prefix + one.name] for one in table.c}, table)

    def joined(self) -> FromClause:
        """The row with what its fields have joined to it."""
        joined = self.row
        for lateral in self.laterals:
            joined = joined.outerjoin(lateral, true())
        return joined


ROOT = Source(select(literal_column("1").label("root")).subquery("root"))
"""What the fields of the query itself are read from: a row that no statement needs to read."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What a computed object is made of: a selectable with one row an object, in their order.

    ``data`` is handed to the computed fields below. ``holds`` says which columns refer to entities whose own columns
    are there too, and with which prefix, so that they need not be looked up. ``estimate`` is how many objects to expect, for the operation's
    cost. ``refusals`` are computed by the same statement: the first that is not null refuses the operation with its
    text, as BAD_USER_INPUT.
    """

    select: Select[Any]
    data: Any = None
    estimate: int = 1
    holds: Mapping[str, str] = field(default_factory=dict)
    refusals: Sequence[ColumnElement[str]] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """An object made of expressions over the row itself, by their names; there only where ``when`` is true or None."""

    values: Mapping[str, ColumnElement[Any]]
    when: ColumnElement[bool] | None = None


Cut: TypeAlias = Callable[[Select[Any]], Select[Any]]
"""Cuts a select of events down to those that may be on a page: its first, in the order of the list."""
Gather: TypeAlias = Callable[[Source, "Arguments", Cut], SelectBase]
ComputeRows: TypeAlias = Callable[[Source, "Arguments"], Rows]
ComputeItems: TypeAlias = Callable[[Source, "Arguments"], Sequence[Item]]


@dataclass(frozen=True, slots=True)
class Column:
    """The value of a column of the row."""

    name: str
    filterable: bool = True
    sortable: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """An object made of columns of the same row, by its fields' names; null where the column ``present`` is null."""

    present: str
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ToOne:
    """The entity whose id is in ``column`` of the row."""

    column: str


@dataclass(frozen=True, slots=True)
class ToMany:
    """A connection of the rows of ``table`` whose ``column`` holds the row's ``key``.

    Where both have many of each other, ``through`` holds the pairs: the row's key in ``column``, the other id in
    ``far``.
    """

    table: str
    column: str
    key: str = "id"
    through: Table | None = None
    far: str = ""


@dataclass(frozen=True, slots=True)
class ToAny:
    """The entity of one of several types: ``entity`` of the row names its table, ``key`` holds its id."""

    entity: str
    key: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """A connection of entities of several types, the latest first.

    The function selects of each its table's name as ``entity``, its ``id`` and when it happened as ``occurred_at``,
    each entity once. Every select that an index gives in that order it should cut, so that a page costs no more for
    what is not on it. ``only`` tells the tables that the rows can be of, where that is known beforehand.
    """

    compute: Gather
    only: Callable[[Source], Collection[str]] | None = None


@dataclass(frozen=True, slots=True)
class All:
    """At the root: a connection of all entities of a type."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """At the root: one entity by its id or by the id another system gave it."""


@dataclass(frozen=True, slots=True)
class NodeLookup:
    """At the root: one entity of any type by id, or several where the field is a list."""


@dataclass(frozen=True, slots=True)
class Objects:
    """A computed object, or a list of them where the field is a list."""

    compute: ComputeRows


@dataclass(frozen=True, slots=True)
class Items:
    """A computed list of a few objects made of the row itself, which costs no sub-query."""

    compute: ComputeItems


Read: TypeAlias = Column | Part | ToOne | ToAny | ToMany | Gathered | All | Lookup | NodeLookup | Objects | Items


@dataclass(frozen=True, slots=True)
class EntityType:
    """A GraphQL type whose objects are the rows of ``table``.

    ``prefix`` begins its public ids; ``roles`` may read it.
    """

    name: str
    table: Table
    prefix: str
    roles: Collection[str]

    def encode(self, key: UUID) -> str:
        """The public id of a row."""
        return f"{self.prefix}_{key}"

    def decode(self, public_id: str) -> UUID:
        """The row's id behind a public id; BAD_USER_INPUT if it is not one of this type."""
        prefix, key = split_id(public_id)
        if prefix != self.prefix:
            raise bad_user_input(f"'{public_id}' is not an id of {self.name}: those begin with '{self.prefix}_'.")
        return key


def split_id(public_id: str) -> tuple[str, UUID]:
    """The prefix and the row's id of a public id; BAD_USER_INPUT if it is malformed."""
    prefix, _, key = public_id.rpartition("_")
    try:
        if len(key) != 36:
            raise ValueError
        # The driver's own subclass is parsed ten times as fast, and bound as it is.
        return prefix, pgproto.UUID(key)
    except ValueError:
        raise bad_user_input(f"'{public_id[:80]}' is not an id.") from None


@dataclass(frozen=True)
class Vocabulary:
    """The schema as the compiler reads it."""

    schema: GraphQLSchema
    reads: Mapping[tuple[str, str], Read]
    """How to read a field, by the names of its type and itself."""
    entities: Mapping[str, EntityType]
    """The types that are rows of a table, by name."""
    roles: Mapping[tuple[str, str], Collection[str]]
    """Who may read a field, by the names of its type and itself: of every field of the query, and of others that say so.

    An entity's own roles hold besides, wherever it is read.
    """
    visibility: Mapping[str, Visibility] = field(default_factory=dict)
    """What is shown to each role that does not see all rows of what it may read."""

    def target(self, field: GraphQLField) -> EntityType | None:
        """The entity that a field leads to: its type, or the type of its connection's nodes."""
        return self.entities.get(_node_type(field).name)

    def targets(self, field: GraphQLField) -> Sequence[EntityType]:
        """The same where it may lead to one of several; none where it leads to no entity."""
        types = self.possible_types(_node_type(field))
        return [self.entities[type_.name] for type_ in types if type_.name in self.entities]

    def possible_types(self, type_: GraphQLNamedType) -> Sequence[GraphQLObjectType]:
        """The types that objects of ``type_`` may be of."""
        if is_abstract_type(type_):
            return self.schema.get_possible_types(type_)
        return [type_] if isinstance(type_, GraphQLObjectType) else []

    def by_prefix(self, prefix: str) -> EntityType | None:
        """The entity type whose public ids begin with ``prefix``."""
        return next((entity for entity in self.entities.values() if entity.prefix == prefix), None)


def _node_type(field: GraphQLField) -> GraphQLNamedType:
    """The named type of a field, or that of its connection's nodes."""
    type_: GraphQLNamedType = get_named_type(field.type)
    if type_.name.endswith("Connection") and isinstance(type_, GraphQLObjectType):
        type_ = get_named_type(type_.fields["nodes"].type)
    return type_
