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
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.elements import ColumnElement

from resolvers.compiler.json import constant
from resolvers.metrics.catalogue import CATALOGUE
from resolvers.metrics.dimension import KEYED, Dimension, called
from resolvers.metrics.fact import Fact, Facts, Restriction, Scope, Summary, selected
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


@dataclass(frozen=True, eq=False)
class _Use:
    """One side of a metric, where it is made of a fact or of one of its summaries; of the fact only ``unless`` that will do."""

    key: str
    part: Part
    unless: Summary | None = None


@dataclass(eq=False)
class _Uses:
    """What metrics make of a fact, or of a ``summary`` of it: of each side its uses."""

    fact: Fact
    summary: Summary | None
    numerators: list[_Use] = field(default_factory=list)
    denominators: list[_Use] = field(default_factory=list)

    @property
    def _all(self) -> list[_Use]:
        return self.numerators + self.denominators

    def select(self, row: FromClause, scope: Scope) -> Select[Any]:
        """Both sides of the row's metric as far as this has them, in one row."""
        facts = self._facts(row, scope)
        metric = row.c.metric
        facts.conditions[:0] = [row.c.begun, row.c.problem.is_(None), self._is_used(row)]
        for name, keys in self._read().items():
            # Only what the row's metric reads is computed: some values take sub-queries.
            facts.values[name] = case((_one_of(metric, keys), facts.values[name]))
        sides = [self._side(metric, side, facts, scope) for side in (self.numerators, self.denominators)]
        labels = zip((*sides, self._excluded(metric, facts)), ("numerator", "denominator", "excluded"), strict=True)
        return selected(facts, scope, *(value.label(name) for value, name in labels))

    def _facts(self, row: FromClause, scope: Scope) -> Facts:
        restrictions = restrictions_of(row, self.fact)
        if self.summary is None:
            return self.fact.facts(scope, restrictions)
        dimensions = self.summary.dimensions
        return self.fact.summary(self.summary, scope, [one for one in restrictions if one.dimension in dimensions])

    def _is_used(self, row: FromClause) -> ColumnElement[bool]:
        """Whether the row's metric is made of this, with the filters that the row has."""
        keys: dict[Summary | None, set[str]] = {}
        for use in self._all:
            keys.setdefault(use.unless, set()).add(use.key)
        if self.summary is not None:
            return _one_of(row.c.metric, keys[None]) & self._will_do(self.summary, row)
        return or_(
            *(
                _one_of(row.c.metric, having)
                if summary is None
                else _one_of(row.c.metric, having) & ~self._will_do(summary, row)
                for summary, having in keys.items()
            )
        )

    def _will_do(self, summary: Summary, row: FromClause) -> ColumnElement[bool]:
        """Whether the row filters by nothing but what the summary can tell."""
        others = [one for one in _DIMENSIONS if one in self.fact.axes and one not in summary.dimensions]
        return and_(true(), *(row.c[f"values_{one}"].is_(None) for one in others))

    def _read(self) -> Mapping[str, set[str]]:
        """The values that metrics read, each with their keys."""
        read: dict[str, set[str]] = {}
        for use in self._all:
            for name in (use.part.of, use.part.where):
                if name is not None:
                    read.setdefault(name, set()).add(use.key)
        return read

    @staticmethod
    def _side(metric: ColumnElement[Any], side: Sequence[_Use], facts: Facts, scope: Scope) -> ColumnElement[Any]:
        cases: dict[Part, list[str]] = {}
        for use in side:
            cases.setdefault(use.part, []).append(use.key)
        if not cases:
            return cast(null(), Numeric)
        return case(*((_one_of(metric, keys), _number(part, facts, scope)) for part, keys in cases.items()))

    def _excluded(self, metric: ColumnElement[Any], facts: Facts) -> ColumnElement[Any]:
        """How many of the amounts that the row's metric adds up have no rate; each is counted once."""
        adding: dict[str, list[str | None]] = {}
        for use in self._all:
            if isinstance(use.part, Aggregate) and use.part.of is not None:
                adding.setdefault(use.key, []).append(use.part.where)
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
        if facts.weight is not None:
            return func.sum(facts.weight).filter(unrated.is_not(None), or_(*fits))
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
    """The facts of the catalogue, each once, and the summaries of them that are used."""
    found: dict[tuple[int, int], _Uses] = {}

    def add(side: str, use: _Use, summary: Summary | None) -> None:
        fact = use.part.fact
        uses = found.setdefault((id(fact), id(summary)), _Uses(fact, summary))
        getattr(uses, side).append(use)

    for key, metric in CATALOGUE.items():
        for side, part in _sides(metric.measure):
            summary = _summary(part)
            add(side, _Use(key, part, unless=summary), None)
            if summary is not None:
                add(side, _Use(key, part), summary)
    return list(found.values())


def _summary(part: Part) -> Summary | None:
    """The summary that a part can be made of, whatever most filters are; None where it needs the fact itself."""
    if isinstance(part, Distribution):
        return None
    having = [one for one in part.fact.summaries if one.values.issuperset(part.values)]
    return max(having, key=lambda one: len(one.dimensions), default=None)
