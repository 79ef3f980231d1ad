"""Facts: the rows that metrics count. A fact has a moment, numbers, and values by which it is grouped and filtered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Alias, FromClause, Select, Text, and_, any_, case, literal_column, select, true
from sqlalchemy.sql.elements import ColumnElement

from db.models import Entity, ExchangeRate, Workspace
from db.rollups.days import day_of
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.metrics.dimension import Dimension


@dataclass(frozen=True, slots=True)
class Scope:
    """The span that facts are asked for: from ``start`` to ``end``, which is never after ``as_of``.

    ``months`` is its length in months of the workspace's calendar, whose zone is ``time_zone``.
    """

    start: ColumnElement[datetime]
    end: ColumnElement[datetime]
    as_of: ColumnElement[datetime]
    months: ColumnElement[Any]
    time_zone: ColumnElement[str]
    outer: tuple[FromClause, ...] = ()
    """The rows of the statement around that the columns above are of, where they are not bound."""

    def holds(self, moment: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether a moment lies in the span."""
        return and_(moment >= self.start, moment < self.end, moment < self.as_of)

    def day(self, moment: ColumnElement[Any]) -> ColumnElement[Any]:
        """The day of a moment in the workspace."""
        return day_of(moment, self.time_zone)


@dataclass(frozen=True)
class Restriction:
    """Only facts whose value in ``dimension`` is one of ``values``, an array, or is missing if ``missing`` is true."""

    dimension: Dimension
    values: ColumnElement[Any]
    missing: ColumnElement[bool]

    def fits(self, value: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether the value fits that a fact has."""
        return (value == any_(self.values)) | (value.is_(None) & self.missing)

    def some(self, found: Select[Any]) -> ColumnElement[bool]:
        """Whether one of the values fits that are ``found`` as a fact's own."""
        fits = found.where(found.selected_columns.value == any_(self.values)).exists()
        return fits | (~found.exists() & self.missing)


@dataclass(slots=True, eq=False)
class Facts:
    """The rows of a fact while they are put together: tables, each joined once, and what is asked of them."""

    rows: FromClause
    id: ColumnElement[UUID]
    """Of the entity behind the fact."""
    at: ColumnElement[Any]
    """When it happened. Of what is so at a moment, since when: a list of them must not be in another order a moment later."""
    refs: Mapping[str, ColumnElement[Any]]
    """What axes ask for by name: ids of what the facts refer to, and the moment of looking where that matters."""
    conditions: list[ColumnElement[bool]]
    values: dict[str, ColumnElement[Any]] = field(default_factory=dict)
    entity: ColumnElement[str] | None = None
    """Names the table of the entity behind, where a fact's are of several."""
    weight: ColumnElement[Any] | None = None
    """How many facts a row stands for, in rows of a :class:`Summary`; None where each is one."""
    whole: ColumnElement[UUID] | None = None
    """The id of that whose amount is divided among several facts; an entity may then be behind more than one of them."""
    _joined: dict[Hashable, Alias] = field(default_factory=dict)

    def one(self, model: type[Entity], column: str, value: ColumnElement[Any]) -> Alias:
        """The row of ``model`` whose ``column``, which is unique, equals ``value``; nulls where there is none."""
        key = (model, column, str(value))
        if key not in self._joined:
            row = self._joined[key] = open_table(model)
            self.rows = self.rows.outerjoin(row, and_(in_workspace(row), row.c[column] == value))
        return self._joined[key]

    def money(self, amount: ColumnElement[Any], currency: ColumnElement[Any], day: ColumnElement[Any]) -> None:
        """Set the values ``amount``, in the workspace's currency at the rate of ``day``, and ``unrated``.

        An amount in a currency without a rate is no amount; ``unrated`` is its currency.
        """
        converted = case((currency == reporting_currency(), amount), else_=amount * _rate(currency, day))
        self.values["amount"] = converted
        self.values["unrated"] = case((amount.is_not(None) & converted.is_(None), currency))


def reporting_currency() -> ColumnElement[str]:
    """The currency of the workspace's reports."""
    return setting("currency_code")


def setting(name: str) -> ColumnElement[Any]:
    """What the workspace says of itself in the column ``name``."""
    workspace = open_table(Workspace)
    return select(workspace.c[name]).where(in_workspace(workspace)).scalar_subquery()


def _rate(currency: ColumnElement[Any], day: ColumnElement[Any]) -> ColumnElement[Any]:
    """What one unit of ``currency`` was worth on ``day``: the latest rate then in force; null where there is none."""
    rate = open_table(ExchangeRate)
    found = (
        select(rate.c.rate)
        .where(
            in_workspace(rate),
            rate.c.base_code == currency,
            rate.c.quote_code == reporting_currency(),
            rate.c.valid_from <= day,
        )
        .order_by(rate.c.valid_from.desc())
        .limit(literal_column("1"))
    )
    return found.correlate_except(rate).scalar_subquery()


One: TypeAlias = Callable[[Facts], ColumnElement[Any]]
"""A dimension in which each fact has one value, or none."""


@dataclass(frozen=True, slots=True)
class Many:
    """A dimension in which a fact may have several values: ``of`` selects them as ``value``, each once, none of them null."""

    of: Callable[[Facts], Select[Any]]

    def joined(self, facts: Facts) -> ColumnElement[Any]:
        """The value, of each fact as many times as it has one."""
        row = self.of(facts).lateral()
        facts.rows = facts.rows.outerjoin(row, true())
        return row.c.value


Axis: TypeAlias = One | Many


NUMBER = "number"
"""Of a fact's values the one that everybody asks for who counts rows: how many facts a row stands for."""


@dataclass(frozen=True)
class Summary:
    """Facts that were added up before: rows that stand for several facts each, and still tell some things of them.

    These are the facts' values in ``dimensions``, and the sums, or in keys the very values, of their ``values``.
    """

    make: Callable[[Scope], Facts]
    dimensions: frozenset[Dimension]
    values: frozenset[str]


@dataclass(frozen=True, eq=False)
class Fact:
    """A kind of row that metrics count: ``make`` finds its rows in a scope, ``axes`` are its dimensions.

    ``entity`` is what is behind a row, or all kinds of entities that may be. ``summaries`` are shorter ways to the same
    sums, the shortest first.
    """

    entity: type[Entity] | tuple[type[Entity], ...]
    make: Callable[[Scope], Facts]
    axes: Mapping[Dimension, Axis]
    summaries: tuple[Summary, ...] = ()

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables of the entities behind its rows."""
        entities = self.entity if isinstance(self.entity, tuple) else (self.entity,)
        return tuple(entity.__tablename__ for entity in entities)

    def facts(self, scope: Scope, restrictions: Sequence[Restriction]) -> Facts:
        """The rows in a scope that fit all ``restrictions``."""
        return self._fitting(self.make(scope), restrictions)

    def summary(self, summary: Summary, scope: Scope, restrictions: Sequence[Restriction]) -> Facts:
        """The rows of one of its summaries that fit ``restrictions`` in the dimensions that it has."""
        return self._fitting(summary.make(scope), restrictions)

    def summed(
        self,
        scope: Scope,
        restrictions: Sequence[Restriction],
        dimensions: Sequence[Dimension],
        values: Collection[str],
    ) -> Facts:
        """The same for whoever only counts and adds up ``values`` by ``dimensions``: a summary where one will do."""
        by = {*dimensions, *(restriction.dimension for restriction in restrictions)}
        for summary in self.summaries:
            if summary.dimensions.issuperset(by) and summary.values.issuperset(values):
                return self.summary(summary, scope, restrictions)
        return self.facts(scope, restrictions)

    def _fitting(self, facts: Facts, restrictions: Sequence[Restriction]) -> Facts:
        for restriction in restrictions:
            axis = self.axes[restriction.dimension]
            fits = restriction.some(axis.of(facts)) if isinstance(axis, Many) else restriction.fits(axis(facts))
            facts.conditions.append(fits)
        return facts

    def value(self, facts: Facts, dimension: Dimension) -> ColumnElement[Any]:
        """A fact's value in a dimension, joined to it."""
        axis = self.axes[dimension]
        return axis.joined(facts) if isinstance(axis, Many) else axis(facts)


def selected(facts: Facts, scope: Scope, *columns: ColumnElement[Any]) -> Select[Any]:
    """``columns`` of all facts in ``scope``."""
    found = select(*columns).select_from(facts.rows).where(*facts.conditions)
    return found.correlate(*scope.outer) if scope.outer else found


def is_(value: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    """Whether a text of ours is the value, compared as text so that indexes serve under row-level security."""
    return value == literal_column(f"'{text}'", Text())
