"""Pipeline velocity: how much money the open opportunities make a day, and the four numbers that it is made of."""

from __future__ import annotations

from sqlalchemy import func, literal_column, select

from resolvers.compiler.arguments import Arguments
from resolvers.compiler.vocabulary import Rows, Source
from resolvers.metrics.answer import Asked, check_filter, restrictions_of
from resolvers.metrics.catalogue import CATALOGUE
from resolvers.metrics.fact import reporting_currency
from resolvers.metrics.measure import rounded
from resolvers.metrics.period import Window, window_scope

_PARTS = {
    "open_opportunities": ("OPEN_OPPORTUNITIES", Window.ALL_TIME),
    "win_rate": ("WIN_RATE", Window.LAST_12_MONTHS),
    "average_deal_size": ("AVERAGE_DEAL_SIZE", Window.LAST_12_MONTHS),
    "cycle_days": ("SALES_CYCLE_DAYS", Window.LAST_12_MONTHS),
}
"""The parts, and the windows before ``asOf`` that they are of."""


def velocity(_root: Source, arguments: Arguments) -> Rows:
    """The parts and their product in one row. The parts are rounded as the metrics are; the product is of these.

    What is excluded is told of the average deal size, the only part that adds up money.
    """
    dimensions = frozenset.intersection(*(frozenset(CATALOGUE[key].dimensions) for key, _window in _PARTS.values()))
    check_filter(arguments.get("filter"), dimensions, "pipelineVelocity")
    asked = {}
    for name, (key, window) in _PARTS.items():
        found = CATALOGUE[key]
        restrictions = restrictions_of(found, arguments.get("filter"))
        asked[name] = Asked(found, window_scope(arguments, window), restrictions, arguments)
    numbers = {name: one.numbers(one.scope).subquery() for name, one in asked.items()}
    rows = select(*(select(part.c.number).scalar_subquery().label(name) for name, part in numbers.items())).subquery()
    c = rows.c
    gained = c.open_opportunities * c.win_rate * c.average_deal_size
    per_day = gained / func.nullif(c.cycle_days, literal_column("0"))
    answer = select(rows, rounded(per_day).label("amount"), reporting_currency().label("currency_code"))
    return Rows(answer, asked["average_deal_size"])
