"""What all entities share, and how a class becomes one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import strawberry
from strawberry.types import get_object_definition
from strawberry.types.field import StrawberryField

from db.models import Entity, Role, Workspace
from resolvers import external_ref
from resolvers.commands.references import ExternalKey
from resolvers.compiler.select import TYPE
from resolvers.compiler.tenancy import table_of
from resolvers.compiler.visibility import Visible
from resolvers.compiler.vocabulary import EntityType
from schema.fields import column, objects

T = TypeVar("T")

EVERYONE = frozenset(Role)
"""Whoever has a token."""

READERS = frozenset({Role.VIEWER, Role.CONTRIBUTOR, Role.MANAGER, Role.ADMIN})
"""Who reads the shared vocabulary and all that happens in it. Partners see only what is shared with them."""


@dataclass(frozen=True)
class Declared:
    """An entity as its noun declares it: its class, its rows, and what the query calls one and many of them."""

    type: type
    row: EntityType
    singular: str
    plural: str
    shared: Visible | None
    """If partners may read it: which of its rows are shared with them; None for all."""


ENTITIES: dict[str, Declared] = {}
"""All entities, by the name of their table."""

TYPES: list[type] = []
"""All classes whose annotations may name entities of other files."""


def entity(
    model: type[Entity | Workspace],
    *,
    plural: str,
    singular: str | None = None,
    roles: Collection[Role] = READERS,
    shared: Visible | None = None,
) -> Callable[[type[T]], type[T]]:
    """Make a class an entity: the rows of ``model``.

    ``singular`` and ``plural`` name the query's fields for one and many; only ``roles`` may read it, and partners
    among them only the rows that are ``shared``: all of them if it is None. The class's docstring is its description
    in the schema.
    """

    def declare(cls: type[T]) -> type[T]:
        declared = strawberry.type(cls, description=inspect.getdoc(cls))
        row = EntityType(cls.__name__, table_of(model), model.__prefix__, roles)
        one = singular or cls.__name__[0].lower() + cls.__name__[1:]
        ENTITIES[row.table.name] = Declared(declared, row, one, plural, shared)
        TYPES.append(declared)
        return declared

    return declare


def fields_of(type_: type) -> list[StrawberryField]:
    """The fields that a class declares in the schema, inherited ones included."""
    return get_object_definition(type_, strict=True).fields


def computed_type(cls: type[T]) -> type[T]:
    """Make a class the type of computed objects; its docstring is its description in the schema."""
    declared = strawberry.type(cls, description=inspect.getdoc(cls))
    TYPES.append(declared)
    return declared


@computed_type
class ExternalRef:
    """What another system calls an entity."""

    source: str = column("The other system, such as `crm`.", name="source")
    external_id: str = column("The entity's id there.", name="external_id")


@strawberry.input(description="The id that another system gave an entity.")
class ExternalRefInput:
    source: str = strawberry.field(description="The other system, such as `crm`.")
    external_id: str = strawberry.field(description="The entity's id there.")

    def key(self) -> ExternalKey:
        """The id as commands look it up."""
        return ExternalKey(self.source, self.external_id)


@strawberry.interface(description="Anything with an id of its own.")
class Node:
    id: strawberry.ID = column("The id, unique among all entities; it begins with the type's prefix.")
    created_at: datetime = column("When the row was written.")
    updated_at: datetime = column("When the row was last changed.")
    external_refs: list[ExternalRef] = objects(
        external_ref.of_entity, "What other systems call it, by their names.", roles=EVERYONE
    )

    @classmethod
    def is_type_of(cls, _value: object, _info: object) -> bool:
        """What the compiler has read for a payload has no class; the field's type says what it is."""
        return True

    @staticmethod
    def resolve_type(value: Mapping[str, Any], _info: object, _abstract: object) -> str:
        """Where the field's type is an interface, what was read says so itself."""
        name: str = value[TYPE]
        return name
