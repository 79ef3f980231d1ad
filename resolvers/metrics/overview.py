"""Several metrics over several windows at once: short and long side by side, in one state of the data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, FromClause, Integer, Select, Text, cast, func, literal_column, select, true, union_all
from sqlalchemy.sql.elements import ColumnElement

from resolvers.compiler.arguments import Arguments
from resolvers.compiler.errors import bad_user_input
from resolvers.compiler.json import constant
from resolvers.compiler.vocabulary import Rows, Source
from resolvers.metrics.answer import Asked, constants, restrictions_of
from resolvers.metrics.catalogue import CATALOGUE
from resolvers.metrics.period import Window, window_scope, windows

MOST = 60
"""Metrics times windows in one question."""


def metrics(_root: Source, arguments: Arguments) -> Rows:
    """One row a metric and window, in the order in which they were asked for, with what is asked of each metric."""
    keys = [item.literal() for item in arguments["keys"].items() if item is not None]
    asked_windows = [item.literal() for item in arguments["windows"].items() if item is not None]
    if not 1 <= len(keys) * len(asked_windows) <= MOST:
        raise bad_user_input(f"Ask for 1 to {MOST} numbers: that many metrics times windows.")
    whole = window_scope(arguments, Window.ALL_TIME)
    name = func.string_to_array(constant(",".join(asked_windows)), constant(","), type_=ARRAY(Text()))
    # What is asked for twice is computed once.
    different = list(dict.fromkeys(keys))
    asked: list[Asked] = []
    parts: list[Select[Any]] = []
    for found in (CATALOGUE[key] for key in different):
        span, scope = windows(arguments, asked_windows, whole)
        asked.append(Asked(found, scope, restrictions_of(found, arguments.get("filter")), arguments))
        numbers = asked[-1].numbers(scope).lateral()
        metric: ColumnElement[int] = literal_column(str(len(parts)))
        columns = [name[span.c.place].label("window"), span.c.place, metric.label("metric"), *constants(found, scope)]
        parts.append(select(*numbers.c, *columns).select_from(span.join(numbers, true())))
    rows = union_all(*parts).subquery()
    wanted = _wanted([different.index(key) for key in keys])
    found_rows = select(rows).join(wanted, wanted.c.metric == rows.c.metric)
    return Rows(found_rows.order_by(wanted.c.position, rows.c.place), asked, len(keys) * len(asked_windows))


def _wanted(metrics_: Sequence[int]) -> FromClause:
    """One row a metric that is asked for, by its number, in the order of asking as ``position``."""
    numbers = func.string_to_array(constant(",".join(map(str, metrics_))), constant(","))
    unnested = func.unnest(cast(numbers, ARRAY(Integer())))
    return unnested.table_valued("metric", with_ordinality="position", name="wanted").render_derived()
