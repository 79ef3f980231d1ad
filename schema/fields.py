"""How a noun declares its fields: a description for people, and how the compiler reads the value.

A plain column needs its annotation and a description. A relation names the column that refers, a computed field the
function that computes it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm import InstrumentedAttribute
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField
from strawberry.types.info import Info
from strawberry.types.unset import UNSET
from strawberry.utils.str_converters import to_camel_case

from resolvers.compiler.vocabulary import (
    Column,
    ComputeItems,
    ComputeRows,
    Gather,
    Gathered,
    Items,
    Objects,
    Part,
    Read,
    Source,
    ToAny,
    ToMany,
    ToOne,
)

READ = "read"
ROLES = "roles"


class Field(StrawberryField):
    """A field that the compiler reads.

    A mutation's payload is executed by graphql-core over values that the compiler has read, which are keyed as the
    response is.
    """

    def get_result(self, source: Any, info: Info | None, args: list[Any], kwargs: Any) -> Any:
        assert info is not None
        return source[info.path.key]

    @property
    def read(self) -> Read | None:
        """How the compiler reads it; a column has the field's own name unless another was said."""
        read: Read | None = self.metadata[READ]
        if isinstance(read, Column) and not read.name:
            return replace(read, name=self.python_name)
        return read

    @property
    def is_basic_field(self) -> bool:
        return False


def described(
    description: str,
    read: Read | None = None,
    *arguments: StrawberryArgument,
    roles: Collection[str] | None = None,
    name: str | None = None,
) -> Any:
    """A field with its description, arguments and way of being read; only ``roles`` may read it.

    Where nobody says, whoever may read the object may read what is a column of it or related to it. What is computed
    is closed to partners then, because it may be made of rows that are not shared with them.
    """
    field = Field(description=description, graphql_name=name, metadata={READ: read, ROLES: roles})
    field.arguments = list(arguments)
    return field


def argument(type_: Any, description: str, *, name: str, default: Any = UNSET) -> StrawberryArgument:
    """An argument of a field; without a default it is required unless ``type_`` is optional."""
    # An underscore behind a name keeps it from being one of Python's keywords.
    public = to_camel_case(name.removesuffix("_"))
    return StrawberryArgument(name, public, StrawberryAnnotation(type_), description=description, default=default)


PAGE = [
    argument(int | None, "Entities from the start, 1 to 100. Give either `first` or `last`.", name="first"),
    argument(str | None, "Only entities after this cursor.", name="after"),
    argument(int | None, "Entities from the end, 1 to 100. Give either `first` or `last`.", name="last"),
    argument(str | None, "Only entities before this cursor.", name="before"),
]
"""The arguments of every connection."""


def column(
    description: str,
    *,
    name: str = "",
    public: str | None = None,
    filterable: bool = True,
    sortable: bool = True,
    roles: Collection[str] | None = None,
) -> Any:
    """The value of a column, of the field's own name unless ``name`` says another; ``public`` is what clients call it.

    What only some ``roles`` may read must be neither filterable nor sortable, or else others could ask for it so.
    """
    return described(description, Column(name, filterable=filterable, sortable=sortable), name=public, roles=roles)


def money(description: str, *, amount: str) -> Any:
    """The columns ``amount`` and ``currency_code`` as an amount of money; null where there is none."""
    return described(description, Part(amount, {"amount": amount, "currency_code": "currency_code"}))


def to_one(refers: InstrumentedAttribute[Any], description: str, *, name: str | None = None) -> Any:
    """The entity that the column ``refers`` to."""
    return described(description, ToOne(refers.key), name=name)


def to_many(refers: InstrumentedAttribute[Any], description: str, *, key: str = "id") -> Any:
    """A connection of the entities whose column ``refers`` holds this one's ``key``.

    Its arguments are those of every connection; the vocabulary adds them.
    """
    return described(description, ToMany(refers.class_.__table__.name, refers.key, key))


def through(near: InstrumentedAttribute[Any], far: InstrumentedAttribute[Any], description: str) -> Any:
    """A connection of the entities that a link pairs this one with: it is ``near``, they are ``far``."""
    link = near.class_.__table__
    return described(description, ToMany(referred(link, far.key), near.key, through=link, far=far.key))


def referred(table: Table, column: str) -> str:
    """The table that a column refers to."""
    for constraint in table.foreign_key_constraints:
        if constraint.column_keys[-1] == column:
            return constraint.referred_table.name
    raise TypeError(f"{table.name}.{column} refers to nothing")


def to_any(description: str, *, entity: str = "entity", key: str = "entity_id") -> Any:
    """The entity of one of several types: the column ``entity`` names its table, ``key`` holds its id."""
    return described(description, ToAny(entity, key))


def gathered(
    compute: Gather,
    description: str,
    *arguments: StrawberryArgument,
    only: Callable[[Source], Collection[str]] | None = None,
) -> Any:
    """A connection of entities of several types that a function gathers, the latest first.

    ``only`` tells the tables that they can be of, where that is known.
    """
    return described(description, Gathered(compute, only), *PAGE, *arguments)


def objects(
    compute: ComputeRows, description: str, *arguments: StrawberryArgument, roles: Collection[str] | None = None
) -> Any:
    """A computed object, or list of objects; a field of the query says which ``roles`` may read it."""
    return described(description, Objects(compute), *arguments, roles=roles)


def items(compute: ComputeItems, description: str, *, roles: Collection[str] | None = None) -> Any:
    """A computed list of a few objects made of the row itself."""
    return described(description, Items(compute), roles=roles)
