"""The filter and order inputs of every entity, derived from its columns and relations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry
from sqlalchemy import ARRAY, Boolean, Date, DateTime, Integer, Numeric, Table, Text, Uuid
from sqlalchemy.types import TypeEngine
from strawberry.utils.str_converters import to_camel_case

from db.models.base import TermType
from resolvers.compiler.vocabulary import Column, Part, ToMany, ToOne
from schema.connection import OrderDirection
from schema.entity import ENTITIES, Declared, fields_of
from schema.fields import Field, referred

_EQUAL = {"eq": "Exactly this."}
_RANGE = {
    "gt": "Greater or later than this.",
    "gte": "This, or greater or later.",
    "lt": "Smaller or earlier than this.",
    "lte": "This, or smaller or earlier.",
}
_PARTS = {"contains": "Has this in it, in small letters or capitals.", "starts_with": "Begins so, in either."}


def _input(cls: type, description: str, fields: Mapping[str, tuple[Any, str]]) -> type:
    """Make ``cls`` an input type of optional fields; an underscore behind a name keeps it from being a keyword."""
    cls.__annotations__ = {name: type_ | None for name, (type_, _) in fields.items()}
    for name, (_, text) in fields.items():
        public = to_camel_case(name.removesuffix("_"))
        setattr(cls, name, strawberry.field(name=public, description=text, default=strawberry.UNSET))
    return strawberry.input(cls, name=cls.__name__, description=description)


def _comparison(type_: type, name: str, words: Mapping[str, str]) -> type:
    fields: dict[str, tuple[Any, str]] = {word: (type_, text) for word, text in words.items()}
    if type_ is not bool:
        fields["in_"] = (list.__class_getitem__(type_), "One of these.")
    fields["is_null"] = (bool, "Whether there is no value.")
    return _input(type(f"{name}Filter", (), {}), f"Comparisons with a {name}; all that are given must hold.", fields)


_COMPARISONS: dict[type[TypeEngine[Any]], type] = {
    Uuid: _comparison(strawberry.ID, "ID", _EQUAL),
    Text: _comparison(str, "String", _EQUAL | _PARTS),
    Integer: _comparison(int, "Int", _EQUAL | _RANGE),
    Numeric: _comparison(Decimal, "Decimal", _EQUAL | _RANGE),
    DateTime: _comparison(datetime, "DateTime", _EQUAL | _RANGE),
    Date: _comparison(date, "Date", _EQUAL | _RANGE),
    Boolean: _comparison(bool, "Boolean", _EQUAL),
    ARRAY: _input(
        type("StringListFilter", (), {}),
        "Comparisons with a list of strings.",
        {"has": (str, "Has exactly this in it.")},
    ),
}
_TERMS: dict[type, type] = {}


def _comparison_with(type_: TypeEngine[Any]) -> type | None:
    """The comparison input for a column's type; None where there is nothing to compare, as with JSON."""
    if isinstance(type_, TermType):
        if type_.term not in _TERMS:
            _TERMS[type_.term] = _comparison(type_.term, type_.term.__name__, _EQUAL)
        return _TERMS[type_.term]
    return next((found for kind, found in _COMPARISONS.items() if isinstance(type_, kind)), None)


class Inputs:
    """The filter and order inputs of all entities. They name each other, so their classes come first."""

    def __init__(self) -> None:
        names = {table: declared.row.name for table, declared in ENTITIES.items()}
        self.filters = {table: type(f"{name}Filter", (), {}) for table, name in names.items()}
        self.lists = {table: type(f"{name}ListFilter", (), {}) for table, name in names.items()}
        self.orders: dict[str, type] = {}
        for table, declared in ENTITIES.items():
            self._fill(table, declared)

    def _fill(self, table: str, declared: Declared) -> None:
        name = declared.row.name
        conditions: dict[str, tuple[Any, str]] = {}
        sortable: dict[str, str] = {}
        for field in fields_of(declared.type):
            assert isinstance(field, Field), f"{name}.{field.python_name} does not say how it is read"
            if (found := self._condition(field, declared.row.table)) is not None:
                conditions[field.python_name] = (found, field.description or "")
            if (column := _sortable(field, declared.row.table)) is not None:
                sortable[field.python_name] = column
        filter_ = self.filters[table]
        several = list.__class_getitem__(filter_)
        conditions |= {
            "and_": (several, "All of these."),
            "or_": (several, "At least one of these."),
            "not_": (filter_, "Not this."),
        }
        _input(filter_, f"Which entities of {name}; all conditions that are given must hold.", conditions)
        _input(
            self.lists[table],
            f"Which entities of {name} there must be.",
            {"some": (filter_, "At least one fits."), "none": (filter_, "None fits.")},
        )
        self.orders[table] = _order(name, sortable)

    def _condition(self, field: Field, table: Table) -> type | None:
        match field.read:
            case Column(column, filterable=True):
                return _comparison_with(table.c[column].type)
            case Part(present):
                return _comparison_with(table.c[present].type)
            case ToOne(column):
                return self.filters[referred(table, column)]
            case ToMany(table=child):
                return self.lists[child]
        return None


def _sortable(field: Field, table: Table) -> str | None:
    match field.read:
        case Column(column, sortable=True) if not isinstance(table.c[column].type, ARRAY):
            return column if _comparison_with(table.c[column].type) is not None else None
        case Part(present):
            return present
    return None


def _order(name: str, sortable: Mapping[str, str]) -> type:
    public = {field.upper(): to_camel_case(field) for field in sortable}
    members = {key: strawberry.enum_value(field, description=f"By `{field}`.") for key, field in public.items()}
    fields = Enum(f"{name}OrderField", members)  # type: ignore[misc]
    strawberry.enum(fields, description=f"What a list of {name} can be ordered by.")
    parts = {
        "__annotations__": {"field": fields, "direction": OrderDirection},
        "field": strawberry.field(description="What to order by."),
        "direction": strawberry.field(description="Which way.", default=OrderDirection.ASC),
    }
    cls = type(f"{name}Order", (), parts)
    return strawberry.input(cls, name=cls.__name__, description=f"One key of the order of a list of {name}.")
