"""From a selection to SQL: every object becomes one expression that gives its JSON text.

A relation to one entity is a scalar sub-query, a list is an aggregate over a sub-query, so that objects nest in SQL
as they nest in the response.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLFloat,
    GraphQLInt,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_non_null_type,
)
from graphql.language import FieldNode
from sqlalchemy import Select, Text, case, func, select
from sqlalchemy.sql.elements import ColumnElement

from resolvers.compiler import connection, lookup
from resolvers.compiler.arguments import Inputs, Path, arguments_of
from resolvers.compiler.collect import collect
from resolvers.compiler.errors import ApiError, forbidden, query_too_complex
from resolvers.compiler.json import NULL, Pieces, array, constant, identifier, join, number, object_, or_null, scalar
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.compiler.vocabulary import (
    All,
    Column,
    EntityType,
    Item,
    Items,
    Lookup,
    NodeLookup,
    Objects,
    Part,
    Read,
    Rows,
    Source,
    ToMany,
    ToOne,
    Value,
    Vocabulary,
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much one operation may ask for: objects in all, and objects a page."""

    cost: int
    page: int


@dataclass(slots=True)
class Selector:
    """Compiles the selections of one operation for one role.

    ``cost`` counts the objects requested so far; ``refusals`` are what computed fields may refuse the operation with.
    """

    vocabulary: Vocabulary
    fragments: Mapping[str, FragmentDefinitionNode]
    inputs: Inputs
    role: str
    bounds: Bounds
    cost: int = 0
    refusals: list[tuple[Path, ColumnElement[str]]] = field(default_factory=list)

    def object(
        self, type_: GraphQLObjectType, nodes: Sequence[FieldNode], source: Source, times: int, path: Path
    ) -> Pieces:
        """The pieces of one object of ``type_``, read from ``source``, of which there may be ``times``."""
        return object_(
            (key, self.field(type_, found, source, times, (*path, key)))
            for key, found in self.fields(type_, nodes).items()
        )

    def fields(self, type_: GraphQLObjectType, nodes: Sequence[FieldNode]) -> dict[str, list[FieldNode]]:
        """The fields selected below ``nodes`` of an object of ``type_``, by response key."""
        selections = [node.selection_set for node in nodes if node.selection_set]
        return collect(self.vocabulary.schema, self.fragments, self.inputs, type_, selections)

    def field(
        self, parent: GraphQLObjectType, nodes: Sequence[FieldNode], source: Source, times: int, path: Path
    ) -> Pieces:
        """The pieces of one field of an object of type ``parent``."""
        name = nodes[0].name.value
        if name == "__typename":
            return [f'"{parent.name}"']
        self.inputs.path = path
        try:
            return self._read(parent, name, nodes, source, times, path)
        except ApiError as error:
            error.path = error.path or path
            raise

    def _read(
        self,
        parent: GraphQLObjectType,
        name: str,
        nodes: Sequence[FieldNode],
        source: Source,
        times: int,
        path: Path,
    ) -> Pieces:
        definition = parent.fields[name]
        read, target = self.readable(parent.name, name, definition)
        arguments = arguments_of(self.inputs, definition, nodes[0])
        nullable = not is_non_null_type(definition.type)
        type_ = get_named_type(definition.type)
        match read:
            case Column(column):
                return self._column(parent, column, source, definition)
            case Value(compute):
                return self._scalar(compute(source, arguments), definition)
            case Part(present):
                made = self.object(type_, nodes, source, times, path)
                return made if not nullable else [_unless_null(source.c[present], join(made))]
            case ToOne(column) if target is not None:
                return self.joined_one(target, type_, nodes, source, column, times, path, nullable=nullable)
            case ToMany() | All() if target is not None:
                return connection.pieces(self, read, target, type_, nodes, source, arguments, times, path)
            case Lookup() if target is not None:
                return self.one(target, type_, nodes, lookup.key(target, arguments), times, path, nullable=nullable)
            case NodeLookup():
                return lookup.nodes(self, nodes, definition, arguments, times, path)
            case Items(compute):
                return self._items(compute(source, arguments), type_, nodes, source, times, path)
            case Objects(compute):
                rows = compute(source, arguments)
                return self._computed(rows, type_, nodes, source, times, path, definition)
        raise TypeError(f"{parent.name}.{name} cannot be read with {read}")

    def readable(self, parent: str, name: str, definition: GraphQLField) -> tuple[Read, EntityType | None]:
        """How a field is read, and the entity it leads to; FORBIDDEN if the role may not read either."""
        target = self.vocabulary.target(definition)
        roles = self.vocabulary.roles.get((parent, name))
        if roles is not None and self.role not in roles:
            raise forbidden(f"The role {self.role} may not read {parent}.{name}.")
        if target is not None:
            self.permit(target)
        return self.vocabulary.reads[parent, name], target

    def permit(self, entity: EntityType) -> None:
        """FORBIDDEN if the role may not read ``entity``."""
        if self.role not in entity.roles:
            raise forbidden(f"The role {self.role} may not read entities of {entity.name}.")

    def reader(self, entity: EntityType, name: str) -> tuple[Read, EntityType | None]:
        """The same for a field of an entity, as filters and orders ask for it."""
        type_ = self.vocabulary.schema.get_type(entity.name)
        assert isinstance(type_, GraphQLObjectType)
        return self.readable(entity.name, name, type_.fields[name])

    def one(
        self,
        target: EntityType,
        type_: GraphQLObjectType,
        nodes: Sequence[FieldNode],
        key: ColumnElement[Any],
        times: int,
        path: Path,
        *,
        nullable: bool,
    ) -> Pieces:
        """The pieces of the entity whose id is ``key``; null where there is none."""
        found = self._by_key(target, type_, nodes, key, times, path).scalar_subquery()
        return [or_null(found) if nullable else found]

    def joined_one(
        self,
        target: EntityType,
        type_: GraphQLObjectType,
        nodes: Sequence[FieldNode],
        source: Source,
        column: str,
        times: int,
        path: Path,
        *,
        nullable: bool,
    ) -> Pieces:
        """The same for the id in ``column`` of a row, joined to it."""
        if (held := source.held(column, target.table)) is not None and not nullable:
            self.spend(times)
            return self.object(type_, nodes, held, times, path)
        query = self._by_key(target, type_, nodes, source.c[column], times, path)
        found = source.look_up(query)
        return [or_null(found.c.text) if nullable else found.c.text]

    def _by_key(
        self,
        target: EntityType,
        type_: GraphQLObjectType,
        nodes: Sequence[FieldNode],
        key: ColumnElement[Any],
        times: int,
        path: Path,
    ) -> Select[Any]:
        self.spend(times)
        row = Source(open_table(target.table), target.table)
        text = join(self.object(type_, nodes, row, times, path)).label("text")
        found = select(text).select_from(row.joined()).where(in_workspace(row.row), row.c.id == key)
        return found.correlate_except(row.row, *row.laterals)

    def spend(self, objects: int) -> None:
        """Count ``objects`` more; QUERY_TOO_COMPLEX if the operation asks for too many."""
        self.cost += objects
        if self.cost > self.bounds.cost:
            raise query_too_complex(
                f"The operation may return more than {self.bounds.cost:,} objects: ask for fewer, or for smaller pages."
            )

    def _column(self, parent: GraphQLObjectType, column: str, source: Source, definition: GraphQLField) -> Pieces:
        entity = self.vocabulary.entities.get(parent.name)
        if column == "id" and entity is not None:
            return identifier(entity.prefix, source.c.id)
        return self._scalar(source.c[column], definition)

    def _scalar(self, value: ColumnElement[Any], definition: GraphQLField) -> Pieces:
        nullable = not is_non_null_type(definition.type)
        as_number = get_named_type(definition.type) in (GraphQLInt, GraphQLFloat)
        return number(value, nullable=nullable) if as_number else scalar(value, nullable=nullable)

    def _items(
        self,
        items: Sequence[Item],
        type_: GraphQLObjectType,
        nodes: Sequence[FieldNode],
        source: Source,
        times: int,
        path: Path,
    ) -> Pieces:
        self.spend(times * len(items))
        texts: list[ColumnElement[Any]] = []
        for item in items:
            text = join(self.object(type_, nodes, source.made_of(item.values), times, path))
            texts.append(text if item.when is None else case((item.when, text)))
        if not texts:
            return ["[]"]
        return ["[", func.concat_ws(constant(","), *texts, type_=Text()), "]"]

    def _computed(
        self,
        rows: Rows,
        type_: GraphQLObjectType,
        nodes: Sequence[FieldNode],
        source: Source,
        times: int,
        path: Path,
        definition: GraphQLField,
    ) -> Pieces:
        times *= rows.estimate
        self.spend(times)
        self.refusals += ((path, refusal) for refusal in rows.refusals)
        entity = self.vocabulary.entities.get(type_.name)
        table = entity.table if entity is not None else None
        made = Source(rows.select.correlate(source.row).subquery(), table, rows.data, rows.holds)
        text = join(self.object(type_, nodes, made, times, path))
        if is_list_type(get_nullable_type(definition.type)):
            return [select(array(text)).select_from(made.joined()).scalar_subquery()]
        one = select(text).select_from(made.joined()).scalar_subquery()
        return [one if is_non_null_type(definition.type) else or_null(one)]


def _unless_null(present: ColumnElement[Any], text: ColumnElement[str]) -> ColumnElement[str]:
    return case((present.is_(None), constant(NULL)), else_=text)
