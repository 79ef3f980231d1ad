"""What is behind a number: every object that it counts, measures or adds up, each once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from tests.oracle import pages
from tests.oracle.metrics.metric import Question
from tests.oracle.pages import Order, Place
from tests.oracle.rows import PREFIXES, Row, World, public_id

SIDES = ("NUMERATOR", "DENOMINATOR")


def drill_down(asked: Question, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of ``MetricResult.drillDown``."""
    objects = Objects(asked.world)
    rows = [{"id": key, "occurred_at": at} for key, at in counted(asked, arguments).items()]
    return pages.connection(objects, rows, arguments)


def counted(asked: Question, arguments: Mapping[str, Any]) -> dict[UUID, datetime]:
    """The objects by their ids, with the moment at which each counts, where there are several the last."""
    definition = asked.definition
    sides = dict(zip(SIDES, (definition.number, definition.by), strict=True))
    number = sides[arguments.get("side") or "NUMERATOR"]
    assert number is not None
    narrowed = replace(asked, filters=[*asked.filters, *(arguments.get("group") or [])])
    found: dict[UUID, datetime] = {}
    for row, value in number.told(narrowed.rows(number, asked.span)):
        key = value if number.distinct else row.id
        found[key] = max(row.at, found.get(key, row.at))
    return found


@dataclass(frozen=True)
class Objects:
    """Objects of whatever kind, the latest first."""

    world: World
    order: Order = (("OCCURRED_AT", "DESC"),)

    def place(self, row: Row) -> Place:
        """One object stands at different moments behind different numbers."""
        return Place(row["occurred_at"].isoformat(), self.order, public_id(self._table(row["id"]), row["id"]))

    def row(self, place: Place) -> Row | None:
        return {"id": UUID(place.id.rpartition("_")[2]), "occurred_at": datetime.fromisoformat(place.table)}

    def node(self, row: Row) -> tuple[str, Row]:
        """The object's type, which is called as its table is, and its row."""
        table = self._table(row["id"])
        found = self.world.get(table, row["id"])
        assert found is not None
        return table.title().replace("_", ""), found

    def _table(self, key: UUID) -> str:
        (table,) = (table for table in PREFIXES if self.world.get(table, key) is not None)
        return table
