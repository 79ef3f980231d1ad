"""How facts become a number: counts and sums, quotients of two of them, and the middle of a distribution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Float, Integer, Numeric, Select, cast, distinct, func, literal_column, null, select, union_all
from sqlalchemy.sql.elements import ColumnElement

from db.models import Entity, Term
from resolvers.metrics.dimension import Dimension
from resolvers.metrics.fact import NUMBER, Axis, Fact, Facts, Restriction, Scope, selected

_ZERO: ColumnElement[int] = literal_column("0")
_DECIMALS: ColumnElement[int] = literal_column("6")
_NOTHING: ColumnElement[Any] = literal_column("NULL")


class Statistic(Term):
    MEDIAN = "MEDIAN", "The middle value; of an even number the middle between the two middle ones."
    MEAN = "MEAN", "The sum divided by the number."
    P90 = "P90", "The value that 9 of 10 do not exceed, between two values in proportion."


@dataclass(frozen=True, slots=True)
class Distinct:
    """What different values are: ids of ``entity``, each of which has one value in each of these ``dimensions``."""

    entity: type[Entity]
    dimensions: frozenset[Dimension]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """The number of a fact's rows, or the sum of their value ``of``: of those alone whose value ``where`` is true.

    With ``distinct`` the different values are counted instead. ``each`` is how many of the value make one of what is
    told, as 60 minutes an hour. ``a_month`` multiplies by the months of the span, for what is divided by "so many, each
    month".
    """

    fact: Fact
    of: str | None = None
    where: str | None = None
    distinct: Distinct | None = None
    each: int = 1
    a_month: bool = False

    def of_facts(self, facts: Facts, scope: Scope) -> ColumnElement[Any]:
        counted = self._counted(facts)
        if self.where is not None:
            counted = counted.filter(facts.values[self.where])
        number: ColumnElement[Any] = func.coalesce(cast(counted, Numeric), _ZERO)
        if self.each != 1:
            number /= literal_column(str(self.each))
        return number * scope.months if self.a_month else number

    def _counted(self, facts: Facts) -> Any:
        if self.of is None:
            return func.count() if facts.weight is None else func.sum(facts.weight)
        value = facts.values[self.of]
        return func.count(distinct(value)) if self.distinct is not None else func.sum(value)

    @property
    def is_exact(self) -> bool:
        """Whether it is a count or a sum, and nothing that was divided."""
        return self.each == 1 and not self.a_month

    def overlaps(self, dimensions: Sequence[Dimension]) -> bool:
        """Whether one of what is counted may be in several of the groups."""
        return self.distinct is not None and not self.distinct.dimensions.issuperset(dimensions)

    @property
    def values(self) -> frozenset[str]:
        """What it reads of the facts."""
        return frozenset(name for name in (self.of or NUMBER, self.where) if name is not None)


@dataclass(frozen=True, slots=True)
class Ratio:
    """One aggregate divided by another; null where that is 0.

    With ``net`` the denominator is taken off the numerator first: a return, what is gained on each unit that was spent.
    """

    numerator: Aggregate
    denominator: Aggregate
    net: bool = False


@dataclass(frozen=True, slots=True)
class Distribution:
    """The values ``of`` of a fact's rows that have one: of those alone whose value ``where`` is true."""

    fact: Fact
    of: str
    where: str | None = None

    def of_facts(self, facts: Facts, statistic: Statistic) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
        """The statistic, and how many values it is of."""
        value = cast(facts.values[self.of], Float if statistic is not Statistic.MEAN else Numeric)
        made: Any = (
            func.avg(value)
            if statistic is Statistic.MEAN
            else func.percentile_cont(literal_column(_SHARES[statistic])).within_group(value)
        )
        number: Any = func.count(value)
        if self.where is not None:
            made, number = (one.filter(facts.values[self.where]) for one in (made, number))
        return cast(made, Numeric), number


_SHARES = {Statistic.MEDIAN: "0.5", Statistic.P90: "0.9"}

Measure: TypeAlias = Aggregate | Ratio | Distribution

NUMBERS = ("number", "numerator", "denominator", "sample_size")
"""What a measure selects, after the values of the dimensions ``value_0``, ``value_1``, …"""


def parts_of(measure: Measure) -> tuple[Aggregate | Distribution, ...]:
    """What a measure is made of: itself, or both sides of a quotient."""
    return (measure.numerator, measure.denominator) if isinstance(measure, Ratio) else (measure,)


def tables_of(part: Aggregate | Distribution) -> tuple[str, ...]:
    """The tables of the entities that are counted or measured."""
    told_apart = part.distinct if isinstance(part, Aggregate) else None
    return part.fact.tables if told_apart is None else (told_apart.entity.__tablename__,)


def axes_of(measure: Measure) -> Mapping[Dimension, Axis]:
    """The dimensions that all facts of a measure have."""
    first, *others = (part.fact for part in parts_of(measure))
    return {name: axis for name, axis in first.axes.items() if all(name in other.axes for other in others)}


def measured(
    measure: Measure,
    scope: Scope,
    restrictions: Sequence[Restriction] = (),
    dimensions: Sequence[Dimension] = (),
    statistic: Statistic = Statistic.MEDIAN,
) -> Select[Any]:
    """One row a combination of the dimensions' values (without dimensions: one row) with the measure's numbers."""
    if isinstance(measure, Ratio):
        return _quotient(measure, scope, restrictions, dimensions)
    if isinstance(measure, Aggregate):
        facts = measure.fact.summed(scope, restrictions, dimensions, measure.values)
    else:
        facts = measure.fact.facts(scope, restrictions)
    if measure.where is not None:
        # As a condition of the rows, so that there is no group of what is not counted at all.
        facts.conditions.append(facts.values[measure.where])
    values = [measure.fact.value(facts, dimension) for dimension in dimensions]
    if isinstance(measure, Distribution):
        number, size = measure.of_facts(facts, statistic)
        numbers = _numbers(rounded(number), sample_size=size)
    else:
        numbers = _numbers(shown(measure, measure.of_facts(facts, scope)))
    return selected(facts, scope, *_values(values), *numbers).group_by(*values)


def _quotient(
    ratio: Ratio, scope: Scope, restrictions: Sequence[Restriction], dimensions: Sequence[Dimension]
) -> Select[Any]:
    sides: tuple[tuple[Fact, tuple[Aggregate | None, Aggregate | None]], ...] = (
        (ratio.numerator.fact, (ratio.numerator, None)),
        (ratio.denominator.fact, (None, ratio.denominator)),
    )
    if ratio.numerator.fact is ratio.denominator.fact:
        sides = ((ratio.numerator.fact, (ratio.numerator, ratio.denominator)),)
    parts = [_side(fact, pair, scope, restrictions, dimensions) for fact, pair in sides]
    both = (union_all(*parts) if len(parts) > 1 else parts[0]).subquery()
    names = [f"value_{index}" for index in range(len(dimensions))]
    first, denominator = (func.coalesce(func.sum(both.c[name]), _ZERO) for name in ("numerator", "denominator"))
    numerator = first - denominator if ratio.net else first
    quotient = rounded(numerator / func.nullif(denominator, _ZERO))
    numbers = _numbers(quotient, shown(ratio.numerator, numerator), shown(ratio.denominator, denominator))
    return select(*(both.c[name] for name in names), *numbers).group_by(*(both.c[name] for name in names))


def _side(
    fact: Fact,
    pair: tuple[Aggregate | None, Aggregate | None],
    scope: Scope,
    restrictions: Sequence[Restriction],
    dimensions: Sequence[Dimension],
) -> Select[Any]:
    needed = frozenset[str]().union(*(one.values for one in pair if one is not None))
    facts = fact.summed(scope, restrictions, dimensions, needed)
    values = [fact.value(facts, dimension) for dimension in dimensions]
    numbers = [cast(null(), Numeric) if one is None else one.of_facts(facts, scope) for one in pair]
    labels = zip(numbers, ("numerator", "denominator"), strict=True)
    return selected(facts, scope, *_values(values), *(number.label(name) for number, name in labels)).group_by(*values)


def _values(values: Sequence[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    return [value.label(f"value_{index}") for index, value in enumerate(values)]


def _numbers(
    number: ColumnElement[Any], numerator: Any = _NOTHING, denominator: Any = _NOTHING, sample_size: Any = _NOTHING
) -> tuple[ColumnElement[Any], ...]:
    return (
        number.label("number"),
        cast(numerator, Numeric).label("numerator"),
        cast(denominator, Numeric).label("denominator"),
        cast(sample_size, Integer).label("sample_size"),
    )


def shown(part: Aggregate, value: ColumnElement[Any]) -> ColumnElement[Any]:
    """A number that is made of ``part`` alone: exact, if that is."""
    return exact(value) if part.is_exact else rounded(value)


def exact(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """Without zeros at the end."""
    return func.trim_scale(value, type_=Numeric)


def rounded(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """Half-up to six decimals, without zeros at the end."""
    return exact(func.round(value, _DECIMALS))
