"""The number of whichever metric a row names: any of the catalogue, with filters in JSON, over the days of the row.

One statement holds every kind of fact once, with all that any metric makes of it, and reads only the one that the row's
metric is made of.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sqlalchemy import (
    ARRAY,
    Boolean,
    FromClause,
    Numeric,
    Select,
    Subquery,
    Text,
    and_,
    case,
    cast,
    distinct,
    func,
    literal_column,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.elements import ColumnElement

from resolvers.compiler.json import constant
from resolvers.metrics.catalogue import CATALOGUE
from resolvers.metrics.dimension import KEYED, Dimension, called
from resolvers.metrics.fact import Fact, Facts, Restriction, Scope, selected
from resolvers.metrics.measure import Aggregate, Distribution, Measure, Ratio, Statistic, exact, rounded
from resolvers.metrics.metric import Metric

_ZERO: ColumnElement[int] = literal_column("0")
_DIMENSIONS = tuple(one for one in Dimension if any(one in metric.dimensions for metric in CATALOGUE.values()))

Part: TypeAlias = Aggregate | Distribution


def of_metrics(row: Any, which: Callable[[Metric], bool]) -> ColumnElement[bool]:
    """Whether the metric that a row names is one of those."""
    return _one_of(row.c.metric, [key for key, metric in CATALOGUE.items() if which(metric)])


def by_metric(row: FromClause, what: Callable[[Metric], str]) -> ColumnElement[str]:
    """A text that each metric has; null where the row's is not in the catalogue."""
    keys: dict[str, list[str]] = {}
    for key, metric in CATALOGUE.items():
        keys.setdefault(what(metric), []).append(key)
    return case(*((_one_of(row.c.metric, having), cast(constant(text), Text())) for text, having in keys.items()))


def _one_of(value: ColumnElement[Any], texts: Collection[str]) -> ColumnElement[bool]:
    return value.in_([constant(text) for text in texts])


def computed(before: FromClause, **columns: ColumnElement[Any]) -> Subquery:
    """The columns of one row and more, computed once. OFFSET keeps PostgreSQL from computing them wherever they are read."""
    return select(before, *(value.label(name) for name, value in columns.items())).offset(_ZERO).subquery()


def understood(row: FromClause) -> Subquery:
    """A row that names a ``metric`` and its ``filters``, with what these mean, and the ``problem`` if they mean nothing.

    The filters are an object of lists, ``{"CHANNEL": ["fair", null]}``: of each dimension the keys of its values.
    """
    given = {one: func.jsonb_extract_path(row.c.filters, constant(one), type_=JSONB()) for one in _DIMENSIONS}
    keyed = computed(row, **{one: case((value.is_not(None), _texts(value))) for one, value in given.items()})
    meant = computed(
        keyed,
        **{f"values_{one}": case((keyed.c[one].is_not(None), _values(one, keyed.c[one]))) for one in _DIMENSIONS},
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
    counts = ((one, func.cardinality(row.c[f"values_{one}"]), func.cardinality(row.c[one])) for one in _DIMENSIONS)
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
    values = {one: row.c[f"values_{one}"] for one in _DIMENSIONS if one in fact.axes}
    return [_Named(one, array, func.array_position(array, null()).is_not(None)) for one, array in values.items()]


def _is_ratio(metric: Metric) -> bool:
    return isinstance(metric.measure, Ratio)


def _is_exact(metric: Metric) -> bool:
    return metric.is_exact


def _is_net(metric: Metric) -> bool:
    return isinstance(metric.measure, Ratio) and metric.measure.net


def numbers(row: FromClause, scope: Scope) -> FromClause:
    """The ``number`` of an understood row's metric in a scope, and how many amounts are ``excluded`` for want of a rate.

    ``scope`` is made of columns of the row. There is no number where the row has a problem, or has not ``begun``.
    """
    both = union_all(*(use.select(row, scope) for use in _uses())).subquery()
    first, second = (func.sum(both.c[name]) for name in ("numerator", "denominator"))
    divided = case((of_metrics(row, _is_net), first - second), else_=first)
    number = case((of_metrics(row, _is_ratio), divided / func.nullif(second, _ZERO)), else_=divided)
    number = case((of_metrics(row, _is_exact), exact(number)), else_=rounded(number))
    there = row.c.begun & row.c.problem.is_(None)
    found = select(case((there, number)).label("number"), func.sum(both.c.excluded).label("excluded"))
    return found.correlate(row).lateral()


@dataclass(eq=False)
class _Uses:
    """What metrics make of a fact: of each side the aggregates, and the keys of the metrics whose side they are."""

    fact: Fact
    numerators: list[tuple[Part, str]] = field(default_factory=list)
    denominators: list[tuple[Part, str]] = field(default_factory=list)

    @property
    def _all(self) -> list[tuple[Part, str]]:
        return self.numerators + self.denominators

    def select(self, row: FromClause, scope: Scope) -> Select[Any]:
        """Both sides of the row's metric as far as this fact has them, in one row."""
        facts = self.fact.facts(scope, restrictions_of(row, self.fact))
        metric = row.c.metric
        facts.conditions[:0] = [row.c.begun, row.c.problem.is_(None), _one_of(metric, {key for _, key in self._all})]
        for name, keys in self._read().items():
            # Only what the row's metric reads is computed: some values take sub-queries.
            facts.values[name] = case((_one_of(metric, keys), facts.values[name]))
        sides = [self._side(metric, side, facts, scope) for side in (self.numerators, self.denominators)]
        labels = zip((*sides, self._excluded(metric, facts)), ("numerator", "denominator", "excluded"), strict=True)
        return selected(facts, scope, *(value.label(name) for value, name in labels))

    def _read(self) -> Mapping[str, set[str]]:
        """The values that metrics read, each with their keys."""
        read: dict[str, set[str]] = {}
        for part, key in self._all:
            for name in (part.of, part.where):
                if name is not None:
                    read.setdefault(name, set()).add(key)
        return read

    @staticmethod
    def _side(
        metric: ColumnElement[Any], side: Sequence[tuple[Part, str]], facts: Facts, scope: Scope
    ) -> ColumnElement[Any]:
        cases: list[tuple[Part, list[str]]] = []
        for part, key in side:
            for known, keys in cases:
                if known == part:
                    keys.append(key)
                    break
            else:
                cases.append((part, [key]))
        if not cases:
            return cast(null(), Numeric)
        return case(*((_one_of(metric, keys), _number(part, facts, scope)) for part, keys in cases))

    def _excluded(self, metric: ColumnElement[Any], facts: Facts) -> ColumnElement[Any]:
        """How many of the amounts that the row's metric adds up have no rate; each is counted once."""
        adding: dict[str, list[str | None]] = {}
        for part, key in self._all:
            if isinstance(part, Aggregate) and part.of is not None:
                adding.setdefault(key, []).append(part.where)
        if "unrated" not in facts.values or not adding:
            return _ZERO
        by_condition: dict[tuple[str, ...], list[str]] = {}
        for key, conditions in adding.items():
            named = () if None in conditions else tuple(sorted({one for one in conditions if one is not None}))
            by_condition.setdefault(named, []).append(key)
        fits = (
            and_(_one_of(metric, keys), *([or_(*(facts.values[name] for name in names))] if names else []))
            for names, keys in by_condition.items()
        )
        unrated = facts.values["unrated"]
        amounts = unrated if facts.whole is None else distinct(case((unrated.is_not(None), facts.whole)))
        return func.count(amounts).filter(or_(*fits))


def _number(part: Part, facts: Facts, scope: Scope) -> ColumnElement[Any]:
    return part.of_facts(facts, Statistic.MEDIAN)[0] if isinstance(part, Distribution) else part.of_facts(facts, scope)


def _sides(measure: Measure) -> Iterator[tuple[str, Part]]:
    if isinstance(measure, Ratio):
        yield "numerators", measure.numerator
        yield "denominators", measure.denominator
    else:
        yield "numerators", measure


def _uses() -> list[_Uses]:
    """The facts of the catalogue, each once."""
    found: dict[int, _Uses] = {}
    for key, metric in CATALOGUE.items():
        for side, part in _sides(metric.measure):
            uses = found.setdefault(id(part.fact), _Uses(part.fact))
            getattr(uses, side).append((part, key))
    return list(found.values())
