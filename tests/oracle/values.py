"""Values on their way in (literals and variables) and out (JSON), in plain Python."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from graphql import (
    BooleanValueNode,
    EnumValueNode,
    FloatValueNode,
    GraphQLArgument,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    StringValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_input_object_type,
    is_list_type,
    is_scalar_type,
)
from graphql.utilities import ast_from_value

Variables = Mapping[str, Any]


def given(node: ValueNode, variables: Variables) -> Any:
    """What a document gives, as JSON would say it; ``Undefined`` for a variable that was not given."""
    match node:
        case VariableNode():
            return variables.get(node.name.value, Undefined)
        case ObjectValueNode():
            fields = {field.name.value: given(field.value, variables) for field in node.fields}
            return {name: value for name, value in fields.items() if value is not Undefined}
        case ListValueNode():
            return [given(value, variables) for value in node.values]
        case NullValueNode():
            return None
        case BooleanValueNode() | StringValueNode() | EnumValueNode():
            return node.value
        case IntValueNode():
            return int(node.value)
        case FloatValueNode():
            return Decimal(node.value)
    raise TypeError(node)


def default_of(definition: GraphQLArgument | GraphQLInputField) -> Any:
    """The default of an argument or input field, as JSON would say it; ``Undefined`` where there is none."""
    if definition.default_value is Undefined:
        return Undefined
    node = ast_from_value(definition.default_value, definition.type)
    assert node is not None
    return given(node, {})


def coerce(type_: GraphQLInputType, value: Any) -> Any:
    """A JSON value as its type means it: defaults filled in, single values as lists, scalars as Python values."""
    if value is None:
        return None
    nullable = get_nullable_type(type_)
    if is_list_type(nullable):
        return [coerce(nullable.of_type, item) for item in (value if isinstance(value, list) else [value])]
    if is_input_object_type(nullable):
        return coerce_fields(nullable.fields, value)
    return SCALARS[get_named_type(nullable).name](value) if is_scalar_type(nullable) else value


def coerce_fields(definitions: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The same for arguments or the fields of an input object; what is absent and has no default stays absent."""
    coerced = {}
    for name, definition in definitions.items():
        value = values.get(name, Undefined)
        if value is Undefined:
            value = default_of(definition)
        if value is not Undefined:
            coerced[name] = coerce(definition.type, value)
    return coerced


def moment(text: str) -> datetime:
    """A DateTime."""
    return datetime.fromisoformat(text).astimezone(UTC)


_UNITS = {"W": timedelta(weeks=1), "D": timedelta(days=1), "TH": timedelta(hours=1), "TM": timedelta(minutes=1)}


def duration(text: str) -> timedelta:
    """A Duration in whole weeks, days, hours, minutes and seconds."""
    total, number, clock = timedelta(), "", ""
    for sign in text.removeprefix("P"):
        if sign == "T":
            clock = "T"
        elif sign.isdigit():
            number += sign
        else:
            total += int(number) * _UNITS.get(clock + sign, timedelta(seconds=1))
            number = ""
    return total


SCALARS: Mapping[str, Any] = {
    "ID": str,
    "String": str,
    "Int": int,
    "Float": float,
    "Boolean": bool,
    "Decimal": lambda value: Decimal(str(value)),
    "DateTime": moment,
    "Date": date.fromisoformat,
    "Duration": duration,
}


def output(value: Any) -> Any:
    """A scalar as the response has it."""
    if isinstance(value, datetime):
        text = value.astimezone(UTC).isoformat()
        whole, dot, rest = text.partition(".")
        return f"{whole}.{rest.removesuffix('+00:00').rstrip('0')}+00:00" if dot else text
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return value


def is_comparison(type_: GraphQLInputObjectType) -> bool:
    """Whether an input compares one value, rather than filtering entities."""
    return bool({"eq", "has"} & type_.fields.keys()) and "and" not in type_.fields


def is_list_filter(type_: GraphQLInputObjectType) -> bool:
    """Whether an input says which entities there must be among several."""
    return bool(type_.fields.keys() == {"some", "none"})


def named_input(type_: GraphQLInputType) -> GraphQLInputObjectType:
    """The input object type within lists and non-nulls."""
    named = get_named_type(type_)
    assert is_input_object_type(named)
    return named
