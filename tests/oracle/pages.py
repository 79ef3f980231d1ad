"""Lists of entities: their order, places in it, and pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cmp_to_key
from typing import Any

from tests.oracle.rows import Row, World, key_of, public_id

TOKEN = "@cursor|"


@dataclass(frozen=True)
class Place:
    """Where a row of ``table`` stands in an order: what a cursor means.

    As ``text`` it stands in generated operations until the server has told the cursor.
    """

    table: str
    order: tuple[tuple[str, str], ...]
    id: str

    @property
    def text(self) -> str:
        keys = ",".join(f"{field} {direction}" for field, direction in self.order)
        return f"{TOKEN}{self.table}|{keys}|{self.id}"

    @staticmethod
    def parse(text: str) -> Place:
        table, keys, identifier = text.removeprefix(TOKEN).split("|")
        order = tuple((field, way) for field, _, way in (key.partition(" ") for key in keys.split(",") if key))
        return Place(table, order, identifier)


def order_of(given: Sequence[Mapping[str, str]] | None) -> tuple[tuple[str, str], ...]:
    """The keys of the argument ``orderBy``."""
    return tuple((key["field"], key["direction"]) for key in given or ())


def compare(order: Sequence[tuple[str, str]], one: Row, other: Row) -> int:
    """Negative if ``one`` comes first: nulls last, equals by id in the direction of the last key."""
    direction = order[-1][1] if order else "ASC"
    for field, way in (*order, ("ID", direction)):
        a, b = one[field.lower()], other[field.lower()]
        if a == b:
            continue
        if a is None or b is None:
            return 1 if a is None else -1
        return (-1 if a < b else 1) * (1 if way == "ASC" else -1)
    return 0


def connection(world: World, table: str, rows: Sequence[Row], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """A connection of the filtered ``rows``, by the names of its type's fields."""
    order = order_of(arguments.get("orderBy"))

    def places(one: Row, other: Row) -> int:
        return compare(order, one, other)

    listed = sorted(rows, key=cmp_to_key(places))
    first, last = arguments.get("first"), arguments.get("last")
    if first is None and last is None:
        return {"totalCount": len(listed)}
    after, before = (_row_at(world, table, order, arguments.get(name)) for name in ("after", "before"))
    page = [
        row
        for row in listed
        if (after is None or compare(order, row, after) > 0) and (before is None or compare(order, row, before) < 0)
    ]
    page = page[:first] if last is None else page[-last:]
    cursors = [Place(table, order, public_id(table, row["id"])) for row in page]
    if page:
        earlier, later = listed.index(page[0]) > 0, listed.index(page[-1]) < len(listed) - 1
    else:
        earlier = after is not None and any(compare(order, row, after) <= 0 for row in listed)
        later = before is not None and any(compare(order, row, before) >= 0 for row in listed)
    return {
        "totalCount": len(listed),
        "nodes": page,
        "edges": [{"cursor": cursor, "node": row} for cursor, row in zip(cursors, page, strict=True)],
        "pageInfo": {
            "hasNextPage": later,
            "hasPreviousPage": earlier,
            "startCursor": cursors[0] if cursors else None,
            "endCursor": cursors[-1] if cursors else None,
        },
    }


def _row_at(world: World, table: str, order: object, cursor: str | None) -> Row | None:
    if cursor is None:
        return None
    place = Place.parse(cursor)
    assert (place.table, place.order) == (table, order)
    return world.get(table, key_of(place.id))
