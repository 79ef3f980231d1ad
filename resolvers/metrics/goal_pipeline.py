"""Whether the open pipeline is enough for what a goal on the won amount still lacks."""

from __future__ import annotations

from typing import Any

from sqlalchemy import FromClause, Integer, Numeric, case, cast, func, literal_column, select, true
from sqlalchemy.sql.elements import ColumnElement

from resolvers.compiler.arguments import Arguments
from resolvers.compiler.vocabulary import Rows, Source
from resolvers.metrics.fact import Fact, Scope, reporting_currency, selected
from resolvers.metrics.goals import EXACT, moment, scope_of, span_of
from resolvers.metrics.measure import exact, rounded
from resolvers.metrics.named import of_metrics, restrictions_of, understood
from resolvers.metrics.opportunities import CLOSED, OPEN

_ZERO: ColumnElement[int] = literal_column("0")


def coverage(goal: Source, arguments: Arguments) -> Rows:
    """What is open and expected to close in the goal's period, beside what is left to win; no row for other goals."""
    seen = moment(arguments)
    row = understood(span_of(goal.row, seen))
    scope = scope_of(row, seen)
    won, pending = _amounts(CLOSED, row, scope), _amounts(OPEN, row, scope)
    left = row.c.aim - won.c.amount
    ratio = case((left > _ZERO, pending.c.amount * EXACT / left))
    rows = select(
        rounded(ratio).label("ratio"),
        exact(pending.c.amount).label("open"),
        exact(won.c.amount).label("won"),
        exact(left).label("left"),
        reporting_currency().label("currency_code"),
        cast(won.c.excluded + pending.c.excluded, Integer).label("excluded"),
    ).select_from(row.join(won, true()).join(pending, true()))
    # What is open has no reason for its loss, so that a filter on it leaves nothing to compare with.
    comparable = [one.values.is_(None) for one in restrictions_of(row, CLOSED) if one.dimension not in OPEN.axes]
    on_it = of_metrics(row, lambda metric: metric.key == "WON_AMOUNT")
    return Rows(rows.where(on_it, row.c.problem.is_(None), *comparable))


def _amounts(fact: Fact, row: FromClause, scope: Scope) -> FromClause:
    """The sum of what was won in the scope, or of what is open at its end and expected to close in the goal's period."""
    facts = fact.facts(scope, restrictions_of(row, fact))
    values: dict[str, Any] = facts.values
    if fact is CLOSED:
        facts.conditions.append(values["won"])
    else:
        expected = values["expected_close_on"]
        facts.conditions += [expected >= row.c.starts_on, expected < row.c.ends_on]
    amount = func.coalesce(func.sum(values["amount"]), _ZERO, type_=Numeric)
    columns = (amount.label("amount"), func.count(values["unrated"]).label("excluded"))
    return selected(facts, scope, *columns).lateral()
