"""From a selection to SQL: every object becomes one expression that gives its JSON text.

A relation to one entity is a scalar sub-query, a list is an aggregate over a sub-query, so that objects nest in SQL
as they nest in the response.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from resolvers.compiler.listing import listing
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.compiler.vocabulary import (
    All,
    Column,
    EntityType,
    Gathered,
    Item,
    Items,
    Lookup,
    NodeLookup,
    Objects,
    Part,
    Read,
    Rows,
    Source,
    ToAny,
    ToMany,
    ToOne,
    Vocabulary,
)

TYPE = ""
"""Where an object says of which type it is; no response key can be called so."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much one operation may ask for: objects in all, and objects a page."""

    cost: int
    page: int


@dataclass(frozen=True, slots=True)
class Selection:
    """What is selected of an object: of which type, by which field nodes, and read from which row.

    There may be ``times`` such objects; ``path`` is where they stand in the response, without places in lists.
    """

    type: GraphQLObjectType
    nodes: Sequence[FieldNode]
    source: Source
    times: int
    path: Path

    def on(self, source: Source, *, times: int = 1) -> Selection:
        """The same of each of ``times`` as many objects, which are read from another row."""
        return replace(self, source=source, times=self.times * times)

    def of(self, type_: GraphQLObjectType) -> Selection:
        """The same of an object of another type."""
        return replace(self, type=type_)

    def below(self, key: str, nodes: Sequence[FieldNode]) -> Selection:
        """What ``nodes``, under the response key ``key``, select of the object in that field."""
        type_ = get_named_type(self.type.fields[nodes[0].name.value].type)
        return replace(self, type=type_, nodes=nodes, path=(*self.path, key))


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
    typed: bool = False
    """Whether objects say of which type they are, for graphql-core, which executes payloads."""
    cost: int = 0
    refusals: list[tuple[Path, ColumnElement[str]]] = field(default_factory=list)

    def object(self, selection: Selection) -> Pieces:
        """The pieces of one object."""
        members = [(key, self.field(selection, key, nodes)) for key, nodes in self.fields(selection).items()]
        if self.typed:
            members.append((TYPE, [f'"{selection.type.name}"']))
        return object_(members)

    def fields(self, selection: Selection) -> dict[str, list[FieldNode]]:
        """The fields selected of an object, by response key."""
        selections = [node.selection_set for node in selection.nodes if node.selection_set]
        return collect(self.vocabulary.schema, self.fragments, self.inputs, selection.type, selections)

    def field(self, parent: Selection, key: str, nodes: Sequence[FieldNode]) -> Pieces:
        """The pieces of one field of an object."""
        if nodes[0].name.value == "__typename":
            return [f'"{parent.type.name}"']
        below = parent.below(key, nodes)
        self.inputs.path = below.path
        try:
            return self._read(parent.type, parent.type.fields[nodes[0].name.value], below)
        except ApiError as error:
            error.path = error.path or below.path
            raise

    def _read(self, parent: GraphQLObjectType, definition: GraphQLField, below: Selection) -> Pieces:
        """The pieces of a field; ``below`` is what is selected of the object in it, read from the parent's row."""
        read, target = self.readable(parent.name, below.nodes[0].name.value, definition)
        arguments = arguments_of(self.inputs, definition, below.nodes[0])
        nullable = not is_non_null_type(definition.type)
        match read:
            case Column(column):
                return self._column(parent, column, definition, below.source)
            case Part(present, columns):
                row = below.source
                made = self.object(below.on(row.made_of({name: row.c[column] for name, column in columns.items()})))
                return made if not nullable else [_unless_null(row.c[present], join(made))]
            case ToOne(column) if target is not None:
                return self._related(below, target, column, nullable=nullable)
            case ToMany() | All() | Gathered():
                listed = listing(self, read, target, below.source, arguments)
                return connection.pieces(self, below, listed, arguments)
            case ToAny(entity, key):
                self.spend(below.times)
                return self.any_of(below, entity, key)
            case Lookup() if target is not None:
                return self.one(below, target, lookup.key(target, arguments), nullable=nullable)
            case NodeLookup():
                return lookup.nodes(self, below, definition, arguments)
            case Items(compute):
                return self._items(below, compute(below.source, arguments))
            case Objects(compute):
                return self._computed(below, compute(below.source, arguments), definition)
        raise TypeError(f"{parent.name} has a field that cannot be read with {read}")

    def readable(self, parent: str, name: str, definition: GraphQLField) -> tuple[Read, EntityType | None]:
        """How a field is read, and the entity it leads to; FORBIDDEN if the role may not read either.

        Where it leads to one of several, the role must be one that may read all of them.
        """
        roles = self.vocabulary.roles.get((parent, name))
        if roles is not None and self.role not in roles:
            raise forbidden(f"The role {self.role} may not read {parent}.{name}.")
        read = self.vocabulary.reads[parent, name]
        if not isinstance(read, NodeLookup):
            for entity in self.vocabulary.targets(definition):
                self.permit(entity)
        return read, self.vocabulary.target(definition)

    def permit(self, entity: EntityType) -> None:
        """FORBIDDEN if the role may not read ``entity``."""
        if self.role not in entity.roles:
            raise forbidden(f"The role {self.role} may not read entities of {entity.name}.")

    def reader(self, entity: EntityType, name: str) -> tuple[Read, EntityType | None]:
        """The same for a field of an entity, as filters and orders ask for it."""
        type_ = self.vocabulary.schema.get_type(entity.name)
        assert isinstance(type_, GraphQLObjectType)
        return self.readable(entity.name, name, type_.fields[name])

    def spend(self, objects: int) -> None:
        """Count ``objects`` more; QUERY_TOO_COMPLEX if the operation asks for too many."""
        self.cost += objects
        if self.cost > self.bounds.cost:
            raise query_too_complex(
                f"The operation may return more than {self.bounds.cost:,} objects: ask for fewer, or for smaller pages."
            )

    def one(self, selection: Selection, target: EntityType, key: ColumnElement[Any], *, nullable: bool) -> Pieces:
        """The pieces of the entity whose id is ``key``; null where there is none."""
        self.spend(selection.times)
        found = self._by_key(selection, target, key).scalar_subquery()
        return [or_null(found) if nullable else found]

    def _related(self, selection: Selection, target: EntityType, column: str, *, nullable: bool) -> Pieces:
        """The same for the id in a column of the row, joined to it."""
        self.spend(selection.times)
        source = selection.source
        if (held := source.held(column, target.table)) is not None and not nullable:
            return self.object(selection.on(held))
        found = source.look_up(self._by_key(selection, target, source.c[column]))
        return [or_null(found.c.text) if nullable else found.c.text]

    def any_of(self, selection: Selection, entity: str, key: str, only: Collection[str] | None = None) -> Pieces:
        """The pieces of an entity of one of several types: the row's ``entity`` names its table, ``key`` is its id.

        ``only`` tells which tables it can name, where that is known.
        """
        source, before, kinds, costs = selection.source, self.cost, [], []
        for type_ in self.vocabulary.possible_types(selection.type):
            target = self.vocabulary.entities[type_.name]
            if only is not None and target.table.name not in only:
                continue
            self.cost = before
            this = source.c[entity] == constant(target.table.name)
            found = source.look_up(self._by_key(selection.of(type_), target, source.c[key]).where(this))
            kinds.append((this, found.c.text))
            costs.append(self.cost)
        # A row is of one type, so it costs what the dearest does.
        self.cost = max(costs)
        return [or_null(case(*kinds))]

    def _by_key(self, selection: Selection, target: EntityType, key: ColumnElement[Any]) -> Select[Any]:
        row = Source(open_table(target.table), target.table)
        text = join(self.object(selection.on(row))).label("text")
        found = select(text).select_from(row.joined()).where(in_workspace(row.row), row.c.id == key)
        return found.correlate_except(row.row, *row.laterals)

    def _column(self, parent: GraphQLObjectType, column: str, definition: GraphQLField, source: Source) -> Pieces:
        value, nullable = source.c[column], not is_non_null_type(definition.type)
        entity = self.vocabulary.entities.get(parent.name)
        if column == "id" and entity is not None:
            return identifier(entity.prefix, value)
        as_number = get_named_type(definition.type) in (GraphQLInt, GraphQLFloat)
        return number(value, nullable=nullable) if as_number else scalar(value, nullable=nullable)

    def _items(self, selection: Selection, items: Sequence[Item]) -> Pieces:
        self.spend(selection.times * len(items))
        texts: list[ColumnElement[Any]] = []
        for item in items:
            text = join(self.object(selection.on(selection.source.made_of(item.values))))
            texts.append(text if item.when is None else case((item.when, text)))
        return ["[", func.concat_ws(constant(","), *texts, type_=Text()), "]"] if texts else ["[]"]

    def _computed(self, selection: Selection, rows: Rows, definition: GraphQLField) -> Pieces:
        self.spend(selection.times * rows.estimate)
        self.refusals += ((selection.path, refusal) for refusal in rows.refusals)
        entity = self.vocabulary.entities.get(selection.type.name)
        table = entity.table if entity is not None else None
        found = rows.select.correlate(selection.source.row).subquery()
        made = Source(found, table, rows.data, rows.holds)
        text = join(self.object(selection.on(made, times=rows.estimate)))
        if is_list_type(get_nullable_type(definition.type)):
            return [select(array(text)).select_from(made.joined()).scalar_subquery()]
        one = select(text).select_from(made.joined()).scalar_subquery()
        return [one if is_non_null_type(definition.type) else or_null(one)]


def _unless_null(present: ColumnElement[Any], text: ColumnElement[str]) -> ColumnElement[str]:
    return case((present.is_(None), constant(NULL)), else_=text)
