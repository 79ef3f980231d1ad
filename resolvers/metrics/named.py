"""Rows that name a metric, any of the catalogue, with filters in JSON: what they mean, or why they mean nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    FromClause,
    Select,
    Subquery,
    Text,
    case,
    cast,
    distinct,
    func,
    literal_column,
    null,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.elements import ColumnElement

from resolvers.compiler.json import constant
from resolvers.metrics.catalogue import CATALOGUE
from resolvers.metrics.dimension import KEYED, Dimension, called
from resolvers.metrics.fact import Fact, Restriction
from resolvers.metrics.metric import Metric

_ZERO: ColumnElement[int] = literal_column("0")
DIMENSIONS = tuple(one for one in Dimension if any(one in metric.dimensions for metric in CATALOGUE.values()))
"""Those that any metric has."""


def of_metrics(row: Any, which: Callable[[Metric], bool]) -> ColumnElement[bool]:
    """Whether the metric that a row names is one of those."""
    return one_of(row.c.metric, [key for key, metric in CATALOGUE.items() if which(metric)])


def by_metric(row: FromClause, what: Callable[[Metric], str]) -> ColumnElement[str]:
    """A text that each metric has; null where the row's is not in the catalogue."""
    keys: dict[str, list[str]] = {}
    for key, metric in CATALOGUE.items():
        keys.setdefault(what(metric), []).append(key)
    return case(*((one_of(row.c.metric, having), cast(constant(text), Text())) for text, having in keys.items()))


def one_of(value: ColumnElement[Any], texts: Collection[str]) -> ColumnElement[bool]:
    """Whether a value is one of these texts."""
    return value.in_([constant(text) for text in texts])


def computed(before: FromClause, **columns: ColumnElement[Any]) -> Subquery:
    """The columns of one row and more, computed once. OFFSET keeps PostgreSQL from computing them wherever they are read."""
    return select(before, *(value.label(name) for name, value in columns.items())).offset(_ZERO).subquery()


def understood(row: FromClause) -> Subquery:
    """A row that names a ``metric`` and its ``filters``, with what these mean, and the ``problem`` if they mean nothing.

    The filters are an object of lists, ``{"CHANNEL": ["fair", null]}``: of each dimension the keys of its values.
    """
    given = {one: func.jsonb_extract_path(row.c.filters, constant(one), type_=JSONB()) for one in DIMENSIONS}
    keyed = computed(row, **{one: case((value.is_not(None), _texts(value))) for one, value in given.items()})
    meant = computed(
        keyed,
        **{f"values_{one}": case((keyed.c[one].is_not(None), _values(one, keyed.c[one]))) for one in DIMENSIONS},
    )
    return computed(meant, problem=_problem(meant))


def _texts(given: ColumnElement[Any]) -> ColumnElement[Any]:
    """The different texts of a list."""
    text = func.jsonb_array_elements_text(given).column_valued("key")
    return func.array(select(distinct(text)).scalar_subquery(), type_=ARRAY(Text()))


def _values(dimension: Dimension, keys: ColumnElement[Any]) -> ColumnElement[Any]:
    """The values that keys call; null, which calls a missing value, stays null."""
    if dimension not in KEYED:
        return keys
    found = called(dimension, keys)
    missing = func.array_position(keys, null()).is_not(None)
    return case((missing, func.array_append(found, null(), type_=found.type)), else_=found)


def _problem(row: FromClause) -> ColumnElement[Any]:
    """Why a row's metric, as its filters narrow it, cannot be measured; null where it can."""
    there = of_metrics(row, lambda _metric: True)
    foreign, unknown = _foreign(row), _unknown(row)
    return case(
        (~there, func.concat(constant("There is no metric "), row.c.metric, constant("."), type_=Text())),
        (
            foreign.is_not(None),
            func.concat(row.c.metric, constant(" has no dimension "), foreign, constant("."), type_=Text()),
        ),
        (
            unknown != constant(""),
            func.concat(constant("The filters name what is not there: "), unknown, constant("."), type_=Text()),
        ),
    )


def _foreign(row: FromClause) -> ColumnElement[Any]:
    """The first of the filters' keys that is no dimension of the metric."""
    allowed = func.string_to_array(by_metric(row, lambda metric: ",".join(metric.dimensions)), constant(","))
    name = func.jsonb_object_keys(row.c.filters).column_valued("name")
    found = select(func.min(name, type_=Text())).where(func.array_position(allowed, name).is_(None))
    return found.scalar_subquery()


def _unknown(row: FromClause) -> ColumnElement[Any]:
    """The dimensions of which the filters name values that are not there."""
    counts = ((one, func.cardinality(row.c[f"values_{one}"]), func.cardinality(row.c[one])) for one in DIMENSIONS)
    lost = (case((found < named, constant(one))) for one, found, named in counts if one in KEYED)
    return func.concat_ws(constant(", "), *lost, type_=Text())


@dataclass(frozen=True)
class _Named(Restriction):
    """One that the row may leave out: ``values`` is null then. A missing value stands in them as null."""

    def fits(self, value: ColumnElement[Any]) -> ColumnElement[bool]:
        # Finds null too, and names the value only once: it may be a sub-query.
        return self.values.is_(None) | func.array_position(self.values, value).is_not(None)

    def some(self, found: Select[Any]) -> ColumnElement[bool]:
        own = found.subquery()
        fits = func.bool_or(func.array_position(self.values, own.c.value).is_not(None))
        one_fits = select(func.coalesce(fits, self.missing, type_=Boolean())).correlate_except(own)
        return self.values.is_(None) | one_fits.scalar_subquery()


def restrictions_of(row: FromClause, fact: Fact) -> list[Restriction]:
    """The filters of an understood row in the dimensions of a fact."""
    values = {one: row.c[f"values_{one}"] for one in DIMENSIONS if one in fact.axes}
    return [_Named(one, array, func.array_position(array, null()).is_not(None)) for one, array in values.items()]
