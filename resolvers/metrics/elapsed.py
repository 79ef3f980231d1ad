"""Elapsed time, whatever clocks did meanwhile."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Numeric, cast, extract, literal_column
from sqlalchemy.sql.elements import ColumnElement

SECONDS_A_DAY: ColumnElement[int] = literal_column("86400")


def days(start: ColumnElement[Any], end: ColumnElement[Any]) -> ColumnElement[Any]:
    """The days of 24 hours from one moment to another."""
    return cast(extract("epoch", end - start), Numeric) / SECONDS_A_DAY
