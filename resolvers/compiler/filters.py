"""Filter inputs as SQL predicates.

A comparison with a null is neither true nor false in SQL; ``not`` takes it for false, so that a row fits either a
filter or its negation.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, TypeAlias

from sqlalchemy import ARRAY, Text, and_, any_, exists, false, func, literal_column, not_, or_, true
from sqlalchemy.sql.elements import ColumnElement

from resolvers.compiler.arguments import Argument, Convert
from resolvers.compiler.errors import bad_user_input
from resolvers.compiler.relation import belongs
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.compiler.vocabulary import Column, EntityType, Part, Read, Source, ToMany, ToOne

Reader: TypeAlias = Callable[[EntityType, str], tuple[Read, EntityType | None]]
"""How a field of an entity is read, and the entity it leads to, once it is certain that the role may read both."""


def predicate(given: Argument, entity: EntityType, row: Source, reader: Reader) -> ColumnElement[bool]:
    """Whether the row of ``entity`` fits the filter: all of its conditions together."""
    return and_(true(), *(_condition(name, value, entity, row, reader) for name, value in _conditions(given).items()))


def _conditions(given: Argument) -> dict[str, Argument]:
    conditions = given.fields()
    for name, value in conditions.items():
        if value is None:
            raise bad_user_input(f"'{name}' must not be null in a filter: leave it out, or use 'isNull'.")
    return {name: value for name, value in conditions.items() if value is not None}


def _condition(name: str, value: Argument, entity: EntityType, row: Source, reader: Reader) -> ColumnElement[bool]:
    if name in ("and", "or"):
        parts = [predicate(item, entity, row, reader) for item in value.items() if item is not None]
        return and_(true(), *parts) if name == "and" else or_(false(), *parts)
    if name == "not":
        return not_(func.coalesce(predicate(value, entity, row, reader), false()))
    read, target = reader(entity, name)
    match read:
        case Column(column):
            convert = _public_id(entity) if column == "id" else _as_given
            return _comparison(row.c[column], value, convert)
        case Part(present):
            return _comparison(row.c[present], value, _as_given)
        case ToOne(column) if target is not None:
            other = Source(open_table(target.table), target.table)
            return _exists(other, other.c.id == row.c[column], value, target, reader)
        case ToMany() if target is not None:
            return and_(
                true(), *(_some(word, item, row, read, target, reader) for word, item in _conditions(value).items())
            )
    raise TypeError(f"{entity.name}.{name} cannot be filtered by")


def _some(
    word: str, value: Argument, row: Source, read: ToMany, target: EntityType, reader: Reader
) -> ColumnElement[bool]:
    other = Source(open_table(target.table), target.table)
    found = _exists(other, belongs(read, other, row), value, target, reader)
    return not_(found) if word == "none" else found


def _exists(
    other: Source, link: ColumnElement[bool], value: Argument, target: EntityType, reader: Reader
) -> ColumnElement[bool]:
    fits = predicate(value, target, other, reader)
    return exists().where(in_workspace(other.row), link, fits).correlate_except(other.row)


def _public_id(entity: EntityType) -> Convert:
    def decode(value: Any, _context: Any) -> Any:
        return [entity.decode(item) for item in value] if isinstance(value, list) else entity.decode(value)

    return decode


def _as_given(value: Any, _context: Any) -> Any:
    return value


def _comparison(column: ColumnElement[Any], given: Argument, convert: Convert) -> ColumnElement[bool]:
    """All comparisons of one comparison input with one column."""
    return and_(true(), *(_compare(name, column, value, convert) for name, value in _conditions(given).items()))


def _compare(name: str, column: ColumnElement[Any], value: Argument, convert: Convert) -> ColumnElement[bool]:
    if name == "isNull":
        return column.is_(None) if value.literal() else column.is_not(None)
    if name == "in":
        return column == any_(value.bind(ARRAY(column.type), convert))
    if name == "has":
        return value.bind(Text()) == any_(column)
    return _COMPARISONS[name](column, value.bind(column.type, convert))


_COMPARISONS: dict[str, Callable[[ColumnElement[Any], ColumnElement[Any]], ColumnElement[bool]]] = {
    "eq": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "contains": lambda column, value: func.strpos(func.lower(column), func.lower(value)) > literal_column("0"),
    "startsWith": lambda column, value: func.starts_with(func.lower(column), func.lower(value)),
}
