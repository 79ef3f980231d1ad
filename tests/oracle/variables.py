"""Random ways to say a value: as a literal, as a variable, as a literal with variables inside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

from graphql import (
    GraphQLInputObjectType,
    GraphQLInputType,
    Undefined,
    get_nullable_type,
    is_list_type,
    is_non_null_type,
)

from tests.oracle.inputs import Name
from tests.oracle.values import named_input


class VariableDraws:
    """The variables of one operation: ``declared`` are their types and defaults, ``values`` those that are given."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.declared: dict[str, str] = {}
        self.values: dict[str, Any] = {}

    def chance(self, percent: int) -> bool:
        return self.random.randrange(100) < percent

    def given(self, type_: GraphQLInputType, value: Any, *, has_default: bool = False, likely: int = 12) -> str:
        """``value`` as a literal, as a variable, or as a literal with variables inside."""
        if self.chance(likely):
            return f"${self._variable(type_, value, has_default=has_default)}"
        nullable = get_nullable_type(type_)
        if isinstance(value, list):
            assert is_list_type(nullable)
            return f"[{', '.join(self.given(nullable.of_type, item) for item in value)}]"
        if isinstance(value, dict):
            named = named_input(type_)
            return f"{{{', '.join(self._members(named, value))}}}"
        return literal(value)

    def _members(self, type_: GraphQLInputObjectType, value: dict[str, Any]) -> Iterator[str]:
        for name, of in type_.fields.items():
            if name in value:
                has_default = of.default_value is not Undefined
                yield f"{name}: {self.given(of.type, value[name], has_default=has_default)}"
            elif (not is_non_null_type(of.type) or of.default_value is not Undefined) and self.chance(1):
                yield f"{name}: ${self.absent(of.type)}"

    def _variable(self, type_: GraphQLInputType, value: Any, *, has_default: bool) -> str:
        """A variable that holds ``value``: given, or by its default."""
        name = self._name()
        nullable = str(get_nullable_type(type_))
        by_default, declared = self.chance(25), str(type_)
        if by_default and value is not None:
            declared = self.random.choice((nullable, declared))
            self.declared[name] = f"{declared} = {literal(value)}"
        elif value is None:
            self.declared[name] = nullable + self.random.choice(("", " = null"))
            self.values[name] = None
        else:
            other = f"{nullable}!" if self.chance(30) else nullable if has_default else declared
            self.declared[name] = other
            self.values[name] = value
        return name

    def absent(self, type_: GraphQLInputType) -> str:
        """A variable that is not given."""
        name = self._name()
        self.declared[name] = str(get_nullable_type(type_))
        return name

    def _name(self) -> str:
        return f"v{len(self.declared) + 1}"


def literal(value: Any) -> str:
    """A JSON value as a document writes it."""
    if isinstance(value, Name):
        return value
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {literal(item)}' for name, item in value.items())}}}"
    return json.dumps(value)
