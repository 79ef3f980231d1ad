"""Whether a row fits a filter."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from graphql import GraphQLInputObjectType

from tests.oracle.rows import Row, World, key_of, many_of, referring_column, snake, table_of
from tests.oracle.values import is_comparison, is_list_filter, named_input


def fits(world: World, type_: GraphQLInputObjectType, row: Row, given: Mapping[str, Any]) -> bool:
    """Whether ``row`` fits all conditions of a filter of ``type_``."""
    return all(_condition(world, type_, row, name, value) for name, value in given.items())


def _condition(world: World, type_: GraphQLInputObjectType, row: Row, name: str, value: Any) -> bool:
    if name == "and":
        return all(fits(world, type_, row, item) for item in value)
    if name == "or":
        return any(fits(world, type_, row, item) for item in value)
    if name == "not":
        return not fits(world, type_, row, value)
    inner = named_input(type_.fields[name].type)
    if is_comparison(inner):
        return all(_compare(word, row[snake(name)], wanted) for word, wanted in value.items())
    entity = type_.name.removesuffix("Filter")
    if is_list_filter(inner):
        target = table_of(inner.name.removesuffix("ListFilter"))
        assert target is not None
        several = many_of(world, entity, name, target, row)
        filter_ = named_input(inner.fields["some"].type)
        return all(
            any(fits(world, filter_, child, item) for child in several) == (word == "some")
            for word, item in value.items()
        )
    table_name = table_of(inner.name.removesuffix("Filter"))
    assert table_name is not None
    other = world.get(table_name, row[referring_column(name)])
    return other is not None and fits(world, inner, other, value)


def _compare(word: str, value: Any, wanted: Any) -> bool:
    """One comparison; null compares as false with everything."""
    if word == "isNull":
        return bool((value is None) == wanted)
    if value is None:
        return False
    if isinstance(value, UUID):
        wanted = [key_of(item) for item in wanted] if word == "in" else key_of(wanted)
    return bool(_COMPARISONS[word](value, wanted))


_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "in": lambda value, wanted: value in wanted,
    "has": lambda value, wanted: wanted in value,
    "contains": lambda value, wanted: small(wanted) in small(value),
    "startsWith": lambda value, wanted: small(value).startswith(small(wanted)),
}


def small(text: str) -> str:
    """``text`` in small letters, each by itself."""
    return "".join(sign.lower() for sign in text)
