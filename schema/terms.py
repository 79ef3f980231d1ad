"""Closed lists of the model as enumerations of the schema."""

from __future__ import annotations

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition, has_enum_definition

from db.models import Term


def describe(kind: type[Term], description: str) -> None:
    """Show ``kind`` in the schema; its members bring their own descriptions."""
    if not has_enum_definition(kind):
        # A noun that was loaded before may have named it in an annotation, which made it an enumeration already.
        strawberry.enum(kind)
    definition: StrawberryEnumDefinition = getattr(kind, "__strawberry_definition__")  # noqa: B009 - mypy knows no such attribute
    definition.description = description
    for shown, member in zip(definition.values, kind, strict=True):
        shown.description = member.description
