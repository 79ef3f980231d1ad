"""Several metrics over several windows at once: short and long side by side, in one state of the data."""

from __future__ import annotations

from sqlalchemy import literal_column, select, union_all
from sqlalchemy.sql.elements import ColumnElement

from resolvers.compiler.arguments import Arguments
from resolvers.compiler.errors import bad_user_input
from resolvers.compiler.json import constant
from resolvers.compiler.vocabulary import Rows, Source
from resolvers.metrics.answer import constants, restrictions_of
from resolvers.metrics.catalogue import CATALOGUE
from resolvers.metrics.measure import measured
from resolvers.metrics.period import window_scope

MOST = 60
"""Metrics times windows in one question."""


def metrics(_root: Source, arguments: Arguments) -> Rows:
    """One row a metric and window, in the order in which they were asked for."""
    keys = [item.literal() for item in arguments["keys"].items() if item is not None]
    windows = [item.literal() for item in arguments["windows"].items() if item is not None]
    if not 1 <= len(keys) * len(windows) <= MOST:
        raise bad_user_input(f"Ask for 1 to {MOST} numbers: that many metrics times windows.")
    parts = []
    for window in windows:
        scope = window_scope(arguments, window)
        for key in keys:
            found = CATALOGUE[key]
            numbers = measured(found.measure, scope, restrictions_of(found, arguments.get("filter"))).subquery()
            place: ColumnElement[int] = literal_column(str(keys.index(key) * len(windows) + windows.index(window)))
            name = constant(window).label("window")
            parts.append(select(numbers, name, place.label("place"), *constants(found, scope)))
    rows = union_all(*parts).subquery()
    return Rows(select(rows).order_by(rows.c.place), estimate=len(parts))
