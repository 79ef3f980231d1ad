"""Several metrics over several windows at once: short and long side by side, in one state of the data."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, literal_column, select, union_all
from sqlalchemy.sql.elements import ColumnElement

from resolvers.compiler.arguments import Arguments
from resolvers.compiler.errors import bad_user_input
from resolvers.compiler.json import constant
from resolvers.compiler.vocabulary import Rows, Source
from resolvers.metrics.answer import Asked, constants, restrictions_of
from resolvers.metrics.catalogue import CATALOGUE
from resolvers.metrics.period import window_scope

MOST = 60
"""Metrics times windows in one question."""


def metrics(_root: Source, arguments: Arguments) -> Rows:
    """One row a metric and window, in the order in which they were asked for, with what is asked for each."""
    keys = [item.literal() for item in arguments["keys"].items() if item is not None]
    windows = [item.literal() for item in arguments["windows"].items() if item is not None]
    if not 1 <= len(keys) * len(windows) <= MOST:
        raise bad_user_input(f"Ask for 1 to {MOST} numbers: that many metrics times windows.")
    spans = [(window, window_scope(arguments, window)) for window in windows]
    asked: list[Asked] = []
    parts: list[Select[Any]] = []
    for found in (CATALOGUE[key] for key in keys):
        restrictions = restrictions_of(found, arguments.get("filter"))
        for window, span in spans:
            place: ColumnElement[int] = literal_column(str(len(asked)))
            asked.append(Asked(found, span, restrictions, arguments))
            columns = [constant(window).label("window"), place.label("place"), *constants(found, span)]
            numbers = asked[-1].numbers(span).subquery()
            parts.append(select(*numbers.c, *columns))
    rows = union_all(*parts).subquery()
    return Rows(select(rows).order_by(rows.c.place), asked, len(parts))
