"""What is in no number: amounts in a currency that had no rate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Integer, Select, Text, cast, false, func, literal_column, null, select, union_all
from sqlalchemy.sql.elements import ColumnElement

from resolvers.compiler.arguments import Arguments
from resolvers.compiler.vocabulary import Rows, Source
from resolvers.metrics.answer import Asked
from resolvers.metrics.fact import selected
from resolvers.metrics.measure import Aggregate, Measure, parts_of


def excluded(result: Source, _arguments: Arguments) -> Rows:
    """Of the amounts that one metric would add up those without a rate, counted by currency."""
    return _counted(list(_unrated(result.data)))


def of_one(result: Source, _arguments: Arguments) -> Rows:
    """The same of one of several metrics, in the span of the row, which tells by ``metric`` which of them it is."""
    parts = []
    for number, asked in enumerate(result.data):
        span = replace(asked.scope, start=result.c.from_, end=result.c.to, outer=(result.row,))
        its_own = result.c.metric == literal_column(str(number))
        parts += [part.where(its_own).correlate(result.row) for part in _unrated(replace(asked, scope=span))]
    return _counted(parts)


def _counted(parts: Sequence[Select[Any]]) -> Rows:
    if not parts:
        nothing: ColumnElement[Any] = cast(null(), Text())
        return Rows(select(nothing.label("currency_code"), cast(null(), Integer()).label("count")).where(false()))
    rows = union_all(*parts).subquery()
    counted = select(rows.c.unrated.label("currency_code"), cast(func.sum(rows.c.number), Integer()).label("count"))
    return Rows(counted.group_by(rows.c.unrated).order_by(rows.c.unrated))


def _unrated(asked: Asked) -> Iterator[Select[Any]]:
    """The currencies of the amounts without a rate, and of how many amounts each; each amount comes once."""
    for aggregate in _widest(_aggregates(asked.metric.measure)):
        needed = {"unrated"} | ({aggregate.where} if aggregate.where is not None else set())
        facts = aggregate.fact.summed(asked.scope, asked.restrictions, (), needed)
        if "unrated" not in facts.values:
            continue
        if aggregate.where is not None:
            facts.conditions.append(facts.values[aggregate.where])
        number = literal_column("1") if facts.weight is None else facts.weight
        columns = [facts.values["unrated"].label("unrated"), number.label("number")]
        if facts.whole is None:
            amounts = selected(facts, asked.scope, *columns).subquery()
        else:
            amounts = selected(facts, asked.scope, *columns, facts.whole.label("whole")).distinct().subquery()
        yield select(amounts.c.unrated, amounts.c.number).where(amounts.c.unrated.is_not(None))


def _aggregates(measure: Measure) -> list[Aggregate]:
    return [one for one in parts_of(measure) if isinstance(one, Aggregate) and one.of is not None]


def _widest(aggregates: list[Aggregate]) -> list[Aggregate]:
    """Of two over one fact the one that counts all of its rows, which holds the other's."""
    return [
        one
        for index, one in enumerate(aggregates)
        if not any(
            other.fact is one.fact and (other.where is None or (other.where == one.where and place < index))
            for place, other in enumerate(aggregates)
            if place != index
        )
    ]
