"""The schema, put together from the noun files of this package, and what the compiler reads of it."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Collection
from types import ModuleType
from typing import Any

import strawberry
from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema_converter import GraphQLCoreConverter

import schema as package
from db.models import ExternalRef, Role
from resolvers import sharing
from resolvers.compiler.tenancy import table_of
from resolvers.compiler.visibility import Visibility
from resolvers.compiler.vocabulary import All, Column, Lookup, NodeLookup, Part, Read, ToMany, ToOne, Vocabulary
from schema.connection import Connection, arguments
from schema.entity import ENTITIES, EVERYONE, READERS, TYPES, ExternalRefInput, Node, fields_of
from schema.fields import ROLES, Field, argument, described
from schema.inputs import Inputs
from schema.scalars import SCALARS


def _nouns() -> list[ModuleType]:
    """All modules of the package; a new noun is found by being there."""
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__) if module.name != "build")
    return [importlib.import_module(f"{package.__name__}.{name}") for name in names]


def _name_each_other() -> None:
    """Let the annotations of every noun name every type, whichever file it is in."""
    types = {type_.__name__: type_ for type_ in TYPES}
    for type_ in TYPES:
        for field in fields_of(type_):
            if field.type_annotation is not None:
                origin = sys.modules[(field.origin or type_).__module__]
                field.type_annotation.namespace = {**types, **vars(origin)}


def _connect(inputs: Inputs) -> None:
    """Give every connection of an entity its arguments."""
    for declared in ENTITIES.values():
        for field in fields_of(declared.type):
            if isinstance(field, Field) and isinstance(field.read, ToMany):
                table = field.read.table
                field.arguments = arguments(inputs.filters[table], inputs.orders[table])


def _query(mixins: Collection[type], inputs: Inputs) -> type:
    """The query: node look-ups, one and many of each entity, and what the nouns add."""
    id_ = "The id."
    fields: dict[str, Any] = {
        "node": described(
            "Any entity by its id.", NodeLookup(), argument(strawberry.ID, id_, name="id"), roles=EVERYONE
        ),
        "nodes": described(
            "Several entities by their ids, in that order; null where there is none.",
            NodeLookup(),
            argument(list[strawberry.ID], "The ids, at most 100.", name="ids"),
            roles=EVERYONE,
        ),
    }
    types: dict[str, Any] = {"node": Node | None, "nodes": list[Node | None]}
    for table, declared in ENTITIES.items():
        name = declared.row.name
        types[declared.singular] = declared.type | None
        fields[declared.singular] = described(
            f"One entity of {name}, by exactly one of `id` and `externalRef`; null if there is none.",
            Lookup(),
            argument(strawberry.ID | None, id_, name="id"),
            argument(ExternalRefInput | None, "The id that another system gave it.", name="external_ref"),
            roles=declared.row.roles,
        )
        types[declared.plural] = Connection[declared.type]  # type: ignore[name-defined]
        found = arguments(inputs.filters[table], inputs.orders[table])
        fields[declared.plural] = described(
            f"All entities of {name}, page by page.", All(), *found, roles=declared.row.roles
        )
    entities = strawberry.type(type("Entities", (), {"__annotations__": types, **fields}))
    query = type("Query", (*mixins, entities), {"__annotations__": {}})
    return strawberry.type(query, description="What can be read: all of one query is one snapshot.")


def _vocabulary(graphql: GraphQLSchema) -> Vocabulary:
    reads: dict[tuple[str, str], Read] = {}
    roles: dict[tuple[str, str], Collection[str]] = {}
    for type_ in graphql.type_map.values():
        if not isinstance(type_, (GraphQLObjectType, GraphQLInterfaceType)):
            continue
        for name, field in type_.fields.items():
            declared = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
            if isinstance(declared, Field):
                if declared.read is not None:
                    reads[type_.name, name] = declared.read
                if (readers := _readers(declared, root=type_ is graphql.query_type)) is not None:
                    roles[type_.name, name] = readers
    entities = {entity.row.name: entity.row for entity in ENTITIES.values()}
    return Vocabulary(graphql, reads, entities, roles, {Role.PARTNER: _shown_to_partners()})


def _readers(field: Field, *, root: bool) -> Collection[str] | None:
    """Who may read a field, where it is not whoever may read its object and what it leads to."""
    said: Collection[str] | None = field.metadata[ROLES]
    if root:
        # Denied to all unless the field says who may read it.
        return said or frozenset()
    if said is None and field.read is not None and not isinstance(field.read, (Column, Part, ToOne, ToMany)):
        return READERS
    return said


def _shown_to_partners() -> Visibility:
    """The tables that partners may read, and which of their rows."""
    shown = {table: declared.shared for table, declared in ENTITIES.items() if Role.PARTNER in declared.row.roles}
    return {**shown, table_of(ExternalRef).name: sharing.of_entities(shown)}


def _build() -> strawberry.Schema:
    nouns = _nouns()
    _name_each_other()
    inputs = Inputs()
    _connect(inputs)
    query = _query([noun.Queries for noun in nouns if hasattr(noun, "Queries")], inputs)
    mutations = tuple(noun.Mutations for noun in nouns if hasattr(noun, "Mutations"))
    mutation = strawberry.type(
        type("Mutation", mutations, {"__annotations__": {}}),
        description="What can be changed: each mutation is one business action, in one transaction.",
    )
    return strawberry.Schema(
        query=query,
        mutation=mutation,
        types=[declared.type for declared in ENTITIES.values()],
        config=StrawberryConfig(scalar_map=SCALARS),
    )


schema = _build()
"""The Strawberry schema: the only definition of the types."""

vocabulary = _vocabulary(schema._schema)  # noqa: SLF001 - Strawberry has no public name for it
"""The same as the compiler reads it."""
