"""What is behind a number: the objects that it counts."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import FromClause, Select, Text, cast, func, select
from sqlalchemy.sql.elements import ColumnElement

from db.models import Term
from resolvers.compiler.arguments import Arguments
from resolvers.compiler.errors import bad_user_input
from resolvers.compiler.json import constant
from resolvers.compiler.vocabulary import Cut, Source
from resolvers.metrics.answer import Asked, restrictions_of
from resolvers.metrics.fact import selected
from resolvers.metrics.measure import Aggregate, Distribution, Ratio, parts_of, tables_of
from resolvers.metrics.metric import Metric


class Side(Term):
    NUMERATOR = "NUMERATOR", "What is divided."
    DENOMINATOR = "DENOMINATOR", "What it is divided by."


def drill_down(result: Source, arguments: Arguments, cut: Cut) -> Select[Any]:
    """The objects behind a number, or behind one side of a quotient: those alone that it counts or adds up.

    Of those of one group where it is named. Where different values are counted they are the objects, as of the last time.
    """
    asked: Asked = result.data
    side = _side(asked.metric, arguments)
    group = restrictions_of(asked.metric, arguments.get("group"))
    facts = side.fact.facts(asked.scope, [*asked.restrictions, *group])
    if side.where is not None:
        facts.conditions.append(facts.values[side.where])
    told = None if side.of is None else facts.values[side.of]
    if told is not None:
        facts.conditions.append(told.is_not(None))
    entity = facts.entity if facts.entity is not None else cast(constant(tables_of(side)[0]), Text())
    columns: list[ColumnElement[Any]] = [entity.label("entity"), facts.id.label("id"), facts.at.label("occurred_at")]
    if isinstance(side, Aggregate) and side.distinct is not None:
        assert told is not None
        columns[1:] = [told.label("id"), func.max(facts.at).label("occurred_at")]
        values: FromClause = selected(facts, asked.scope, *columns).group_by(told).subquery()
        return cut(select(values))
    found = selected(facts, asked.scope, *columns)
    return cut(found if facts.whole is None else found.distinct())


def tables_behind(result: Source) -> Collection[str]:
    """The tables that the objects behind a metric are of."""
    return {table for part in parts_of(result.data.metric.measure) for table in tables_of(part)}


def _side(found: Metric, arguments: Arguments) -> Aggregate | Distribution:
    measure = found.measure
    given = arguments.get("side")
    if not isinstance(measure, Ratio):
        if given is not None:
            raise bad_user_input(f"{found.key} is no quotient: leave out 'side'.")
        return measure
    if given is None:
        raise bad_user_input(f"{found.key} is a quotient: say of which 'side' to show the objects.")
    return measure.numerator if given.literal() is Side.NUMERATOR else measure.denominator
