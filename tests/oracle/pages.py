"""Lists: their order, places in it, and pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cmp_to_key
from typing import Any, Protocol

from tests.oracle.rows import Row, World, key_of, public_id

TOKEN = "@cursor|"

Order = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Place:
    """Where a row of ``table`` stands in an order: what a cursor means.

    As ``text`` it stands in generated operations until the server has told the cursor. ``owner`` is the public id of
    the entity whose list it can be asked of, where there is none of all; the place is the same for another owner.
    """

    table: str
    order: Order
    id: str
    owner: str = field(default="", compare=False)

    @property
    def text(self) -> str:
        keys = ",".join(f"{name} {direction}" for name, direction in self.order)
        return f"{TOKEN}{self.table}|{keys}|{self.id}|{self.owner}"

    @staticmethod
    def parse(text: str) -> Place:
        table, keys, identifier, owner = text.removeprefix(TOKEN).split("|")
        order = tuple((name, way) for name, _, way in (key.partition(" ") for key in keys.split(",") if key))
        return Place(table, order, identifier, owner)


class Listing(Protocol):
    """What a connection lists: rows in an order, each with its place."""

    @property
    def order(self) -> Order:
        """The keys of the order; equals stand by their id."""

    def place(self, row: Row) -> Place:
        """The place of a row."""

    def row(self, place: Place) -> Row | None:
        """The row at a place of this order."""

    def node(self, row: Row) -> Any:
        """What the list shows of a row."""


@dataclass(frozen=True)
class Entities:
    """Rows of one table, by the argument ``orderBy``."""

    world: World
    table: str
    order: Order

    def place(self, row: Row) -> Place:
        return Place(self.table, self.order, public_id(self.table, row["id"]))

    def row(self, place: Place) -> Row | None:
        assert (place.table, place.order) == (self.table, self.order)
        return self.world.get(self.table, key_of(place.id))

    def node(self, row: Row) -> Row:
        return row


def order_of(given: Sequence[Mapping[str, str]] | None) -> Order:
    """The keys of the argument ``orderBy``."""
    return tuple((key["field"], key["direction"]) for key in given or ())


def compare(order: Sequence[tuple[str, str]], one: Row, other: Row) -> int:
    """Negative if ``one`` comes first: nulls last, equals by id in the direction of the last key."""
    direction = order[-1][1] if order else "ASC"
    for key, way in (*order, ("ID", direction)):
        a, b = one[key.lower()], other[key.lower()]
        if a == b:
            continue
        if a is None or b is None:
            return 1 if a is None else -1
        return (-1 if a < b else 1) * (1 if way == "ASC" else -1)
    return 0


def connection(listing: Listing, rows: Sequence[Row], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """A connection of the filtered ``rows``, by the names of its type's fields."""
    order = listing.order

    def places(one: Row, other: Row) -> int:
        return compare(order, one, other)

    listed = sorted(rows, key=cmp_to_key(places))
    first, last = arguments.get("first"), arguments.get("last")
    if first is None and last is None:
        return {"totalCount": len(listed)}
    after, before = (_row_at(listing, arguments.get(name)) for name in ("after", "before"))
    page = [
        row
        for row in listed
        if (after is None or compare(order, row, after) > 0) and (before is None or compare(order, row, before) < 0)
    ]
    page = page[:first] if last is None else page[-last:]
    cursors = [listing.place(row) for row in page]
    nodes = [listing.node(row) for row in page]
    if page:
        earlier, later = listed.index(page[0]) > 0, listed.index(page[-1]) < len(listed) - 1
    else:
        earlier = after is not None and any(compare(order, row, after) <= 0 for row in listed)
        later = before is not None and any(compare(order, row, before) >= 0 for row in listed)
    return {
        "totalCount": len(listed),
        "nodes": nodes,
        "edges": [{"cursor": cursor, "node": node} for cursor, node in zip(cursors, nodes, strict=True)],
        "pageInfo": {
            "hasNextPage": later,
            "hasPreviousPage": earlier,
            "startCursor": cursors[0] if cursors else None,
            "endCursor": cursors[-1] if cursors else None,
        },
    }


def _row_at(listing: Listing, cursor: str | None) -> Row | None:
    return None if cursor is None else listing.row(Place.parse(cursor))
