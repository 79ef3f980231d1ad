"""The parts of a statement that take events into all that is derived from their kind."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CTE, FromClause, Text, cast, literal, select
from sqlalchemy.sql.elements import ColumnElement

from db.rollups import sets, sums
from db.rollups.kind import Kind


def taking(kind: Kind, workspace_id: UUID, events: FromClause, zone: str) -> list[CTE]:
    """``events``, each with its ``sign``, into the roll-ups of the kind and its sets, in the days of a zone."""
    in_zone: ColumnElement[str] = cast(literal(zone), Text())
    dated = sums.dated(events, in_zone).cte("dated")
    days = sums.by_day(kind, dated, in_zone).cte("days")
    parts = [sums.adding(kind, rollup, workspace_id, days) for rollup in kind.rollups]
    ctes = [part.cte(f"part_{place}") for place, part in enumerate(parts)]
    if kind.sets is None:
        return ctes
    new = select(dated).where(dated.c.sign == 1).subquery()
    given, places = sets.places(workspace_id, new)
    return [*ctes, given, sets.adding(kind.sets, workspace_id, new, places).cte("part_sets")]
