"""When one row belongs to another by a relation to many."""

from __future__ import annotations

from typing import Any

from sqlalchemy import exists
from sqlalchemy.sql.elements import ColumnElement

from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.compiler.vocabulary import ToMany


def belongs(read: ToMany, row: Any, parent: Any) -> ColumnElement[bool]:
    """Whether ``row`` is one of the many of ``parent``; both have their columns in ``c``."""
    if read.through is None:
        related: ColumnElement[bool] = row.c[read.column] == parent.c[read.key]
        return related
    link = open_table(read.through)
    ends = (link.c[read.column] == parent.c[read.key], link.c[read.far] == row.c.id)
    return exists().where(in_workspace(link), *ends).correlate_except(link)
