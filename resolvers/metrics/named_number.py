"""The number of whichever metric a row names, over the days of the row.

One statement holds every kind of fact once, and a summary of it, with all that any metric makes of it, and reads only
the one that the row's metric is made of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sqlalchemy import (
    FromClause,
    Numeric,
    Select,
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
from sqlalchemy.sql.elements import ColumnElement

from resolvers.metrics.catalogue import CATALOGUE
from resolvers.metrics.fact import Fact, Facts, Scope, Summary, selected
from resolvers.metrics.measure import Aggregate, Distribution, Measure, Ratio, Statistic, exact, rounded
from resolvers.metrics.metric import Metric
from resolvers.metrics.named import DIMENSIONS, of_metrics, one_of, restrictions_of

_ZERO: ColumnElement[int] = literal_column("0")

Part: TypeAlias = Aggregate | Distribution


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
            facts.values[name] = case((one_of(metric, keys), facts.values[name]))
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
            return one_of(row.c.metric, keys[None]) & self._will_do(self.summary, row)
        return or_(
            *(
                one_of(row.c.metric, having)
                if summary is None
                else one_of(row.c.metric, having) & ~self._will_do(summary, row)
                for summary, having in keys.items()
            )
        )

    def _will_do(self, summary: Summary, row: FromClause) -> ColumnElement[bool]:
        """Whether the row filters by nothing but what the summary can tell."""
        others = [one for one in DIMENSIONS if one in self.fact.axes and one not in summary.dimensions]
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
        return case(*((one_of(metric, keys), _number(part, facts, scope)) for part, keys in cases.items()))

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
            and_(one_of(metric, keys), *([or_(*(facts.values[name] for name in names))] if names else []))
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
    found: dict[tuple[Fact, Summary | None], _Uses] = {}

    def add(side: str, use: _Use, summary: Summary | None) -> None:
        fact = use.part.fact
        uses = found.setdefault((fact, summary), _Uses(fact, summary))
        getattr(uses, side).append(use)

    for key, metric in CATALOGUE.items():
        sides = list(_sides(metric.measure))
        for side, part in sides:
            summary = _summary([other for _side, other in sides if other.fact is part.fact])
            add(side, _Use(key, part, unless=summary), None)
            if summary is not None:
                add(side, _Use(key, part), summary)
    return list(found.values())


def _summary(parts: Sequence[Part]) -> Summary | None:
    """The summary that all parts of one fact can be made of, whatever most filters are; None where they need the fact."""
    if any(isinstance(part, Distribution) for part in parts):
        return None
    needed = frozenset[str]().union(*(part.values for part in parts if isinstance(part, Aggregate)))
    having = [one for one in parts[0].fact.summaries if one.values.issuperset(needed)]
    return max(having, key=lambda one: len(one.dimensions), default=None)
