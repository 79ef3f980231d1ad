"""The answer to a question for metrics: the number, its parts, its groups and its course, each read where selected."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    Select,
    Subquery,
    Text,
    cast,
    false,
    func,
    literal_column,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.sql.elements import ColumnElement

from resolvers.compiler.arguments import Argument, Arguments
from resolvers.compiler.errors import bad_user_input
from resolvers.compiler.json import constant
from resolvers.compiler.vocabulary import Item, Rows, Source
from resolvers.metrics.catalogue import CATALOGUE
from resolvers.metrics.dimension import Dimension, called, check, checked, chosen, key_and_label, too_many
from resolvers.metrics.fact import Restriction, Scope, reporting_currency
from resolvers.metrics.measure import NUMBERS, Statistic, measured
from resolvers.metrics.metric import Metric, Unit
from resolvers.metrics.period import Grain, buckets, scope

DEFINITION = ("key", "name", "formula", "unit", "better", "owner", "version", "dimensions")
_EXPECTED_GROUPS = 20
_EXPECTED_PARTS = 12


@dataclass(frozen=True, slots=True)
class Asked:
    """One metric in one scope, and how it is to be taken apart."""

    metric: Metric
    scope: Scope
    restrictions: Sequence[Restriction]
    arguments: Arguments
    dimensions: Sequence[Dimension] = ()
    statistic: Statistic = Statistic.MEDIAN
    grain: Grain | None = None

    def numbers(self, scope: Scope, dimensions: Sequence[Dimension] = ()) -> Select[Any]:
        """The metric's numbers in ``scope``, of each combination of the dimensions' values."""
        return measured(self.metric.measure, scope, self.restrictions, dimensions, self.statistic)


def metric(_root: Source, arguments: Arguments) -> Rows:
    """One metric over one period, in one row."""
    found = CATALOGUE[arguments["key"].literal()]
    asked = Asked(
        found,
        scope(arguments),
        restrictions_of(found, arguments.get("filter")),
        arguments,
        _group_by(found, arguments),
        _statistic(found, arguments.get("statistic")),
        grain.literal() if (grain := arguments.get("grain")) is not None else None,
    )
    total = asked.numbers(asked.scope).subquery()
    overlapping = literal_column("true" if found.overlaps(asked.dimensions) else "false", Boolean)
    return Rows(select(total, *constants(found, asked.scope), overlapping.label("overlapping")), asked)


def constants(found: Metric, scope: Scope) -> list[ColumnElement[Any]]:
    """What a row of numbers says besides: the span, and the metric's entry in the catalogue."""
    return [scope.start.label("from_"), scope.end.label("to"), *described(found), *_unit(found)[1:]]


def _unit(found: Metric) -> list[ColumnElement[Any]]:
    currency = reporting_currency() if found.unit is Unit.MONEY else cast(null(), Text())
    return [constant(found.unit).label("unit"), currency.label("currency_code")]


def _group_by(found: Metric, arguments: Arguments) -> tuple[Dimension, ...]:
    dimensions = [item.literal() for item in arguments["groupBy"].items() if item is not None]
    return chosen(dimensions, found.dimensions, found.key)


def _statistic(found: Metric, given: Argument | None) -> Statistic:
    if given is None:
        return Statistic.MEDIAN
    if not found.is_distribution:
        raise bad_user_input(f"{found.key} is one number, not a distribution: leave out 'statistic'.")
    statistic: Statistic = given.literal()
    return statistic


def restrictions_of(found: Metric, given: Argument | None) -> list[Restriction]:
    """The conditions of the argument ``filter``: all must hold."""
    check_filter(given, found.dimensions, found.key)
    return [
        Restriction(
            dimension,
            called(dimension, keys.bind(ARRAY(Text()), partial(_known_keys, dimension))),
            keys.bind(Boolean(), lambda value, _context: None in value),
        )
        for dimension, keys in _conditions(given)
    ]


def check_filter(given: Argument | None, allowed: Collection[Dimension], what: str) -> None:
    """BAD_USER_INPUT unless the argument ``filter`` names only dimensions that are ``allowed``."""
    for dimension, _keys in _conditions(given):
        check(dimension, allowed, what)


def _conditions(given: Argument | None) -> Iterator[tuple[Dimension, Argument]]:
    for item in given.items() if given is not None else ():
        assert item is not None
        fields = item.fields()
        dimension, keys = fields["dimension"], fields["keys"]
        assert dimension is not None
        assert keys is not None
        yield dimension.literal(), keys


def _known_keys(dimension: Dimension, keys: Sequence[str | None], _context: object) -> list[str]:
    return checked(dimension, keys)


def definition(result: Source, _arguments: Arguments) -> Rows:
    """The metric's entry in the catalogue, which its row holds."""
    return Rows(select(*(result.c[name] for name in DEFINITION)).correlate(result.row))


def described(found: Metric) -> list[ColumnElement[Any]]:
    """A metric's entry in the catalogue, by the names of its columns."""
    texts = {"key": found.key, "name": found.name, "formula": found.formula, "unit": found.unit, "better": found.better}
    owner = constant(found.owner) if found.owner is not None else cast(null(), Text())
    dimensions = func.string_to_array(constant(",".join(found.dimensions)), constant(","), type_=ARRAY(Text()))
    return [
        *(constant(text).label(name) for name, text in texts.items()),
        owner.label("owner"),
        literal_column(str(found.version)).label("version"),
        dimensions.label("dimensions"),
    ]


def catalogue(_root: Source, _arguments: Arguments) -> Rows:
    """All metrics, by their keys."""
    found = entries()
    return Rows(select(found).order_by(found.c.key), estimate=len(CATALOGUE))


def entries() -> Subquery:
    """The catalogue's entries, one row each."""
    return union_all(*(select(*described(CATALOGUE[key])) for key in sorted(CATALOGUE))).subquery()


def period(result: Source, _arguments: Arguments) -> Rows:
    """The span that was looked at."""
    return Rows(select(result.c.from_, result.c.to).correlate(result.row))


def value(numbers: Source, _arguments: Arguments) -> Rows:
    """The number with its unit, which its row holds."""
    return Rows(select(numbers.c.number, numbers.c.unit, numbers.c.currency_code).correlate(numbers.row))


def groups(result: Source, _arguments: Arguments) -> Rows:
    """The same of each combination of the dimensions' values, the greatest first; too many are refused."""
    asked: Asked = result.data
    if not asked.dimensions:
        return Rows(_nothing(asked), asked)
    found = asked.numbers(asked.scope, asked.dimensions).cte()
    columns: list[ColumnElement[Any]] = [*(found.c[name] for name in NUMBERS), *_unit(asked.metric)]
    keys: list[ColumnElement[Any]] = []
    for index, dimension in enumerate(asked.dimensions):
        key, label = key_and_label(dimension, found.c[f"value_{index}"])
        keys.append(key.label(f"key_{index}"))
        columns += (keys[-1], label.label(f"label_{index}"))
    order = (found.c.number.desc().nulls_last(), found.c.denominator.desc().nulls_last())
    rows = select(*columns).order_by(*order, *(key.asc().nulls_last() for key in keys))
    return Rows(rows, asked, _EXPECTED_GROUPS, refusals=[too_many(found)])


def _nothing(asked: Asked) -> Select[Any]:
    """No row, with the columns that one would have."""
    total = asked.numbers(asked.scope).subquery()
    return select(total, *constants(asked.metric, asked.scope)).where(false())


def dimensions(group: Source, _arguments: Arguments) -> list[Item]:
    """The group's value of each dimension, in the order they were asked for."""
    return [
        Item({"name": constant(name), "key": group.c[f"key_{index}"], "label": group.c[f"label_{index}"]})
        for index, name in enumerate(group.data.dimensions)
    ]


def series(result: Source, _arguments: Arguments) -> Rows:
    """The same of each part of the period that ``grain`` makes, in their order; none without it."""
    asked: Asked = result.data
    if asked.grain is None:
        return Rows(_nothing(asked), asked)
    bucket, part = buckets(asked.arguments, asked.grain, asked.scope)
    numbers = asked.numbers(part).lateral()
    rows = select(part.start.label("from_"), part.end.label("to"), numbers, *_unit(asked.metric))
    rows = rows.select_from(bucket.join(numbers, true()))
    return Rows(rows.order_by(part.start), asked, _EXPECTED_PARTS)
