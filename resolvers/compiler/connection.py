"""Relay connections: one sub-query for the page, its JSON and page info made in the query around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql.language import FieldNode
from sqlalchemy import (
    ARRAY,
    FromClause,
    Select,
    Text,
    case,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.sql.elements import ColumnElement

from resolvers.compiler.arguments import Arguments
from resolvers.compiler.errors import bad_user_input
from resolvers.compiler.json import Pieces, array, constant, join, object_, or_null
from resolvers.compiler.listing import Listing
from resolvers.compiler.order import Columns, Order
from resolvers.compiler.vocabulary import Source

if TYPE_CHECKING:
    from resolvers.compiler.select import Selection, Selector


@dataclass(slots=True)
class Connection:
    """One connection of an operation: what it lists, in which order, and which page of it."""

    selector: Selector
    listing: Listing
    arguments: Arguments
    order: Order
    backward: bool
    limit: int | None
    """Entities on the page; None where only their number is asked for."""

    def page(self, *, numbered: bool) -> FromClause:
        """The rows of the page; ``numbered`` counts them in ``place`` and fetches one more, to see whether there is."""
        assert self.limit is not None
        limit: ColumnElement[Any] = literal_column(str(self.limit + numbered))
        cursors = ((self.arguments.get(name), name == "before") for name in ("after", "before"))
        between = [self.order.beyond(cursor, backward=backward) for cursor, backward in cursors if cursor is not None]

        def first(rows: Select[Any]) -> Select[Any]:
            columns = rows.selected_columns
            kept = (beyond(columns) for beyond in between)
            return rows.where(*kept).order_by(*self._by(columns)).limit(limit)

        row = self.listing.open(first)
        page = first(select(row).where(self.listing.belong(row)))
        if numbered:
            page = page.add_columns(func.row_number().over(order_by=self._by(row.c)).label("place"))
        return page.correlate_except(row).subquery()

    def count(self) -> ColumnElement[int]:
        """How many entities there are on all pages."""
        row = self.listing.open(lambda rows: rows)
        counted = select(func.count()).select_from(row).where(self.listing.belong(row))
        return counted.correlate_except(row).scalar_subquery()

    def cut_off(self, name: str) -> ColumnElement[bool]:
        """Whether the cursor ``after`` or ``before`` leaves out any entity."""
        cursor = self.arguments.get(name)
        if cursor is None:
            return false()
        backward = name == "before"
        kept = self.order.beyond(cursor, backward=backward)

        def first(rows: Select[Any]) -> Select[Any]:
            columns = rows.selected_columns
            by = self.order.by(columns, backward=backward)
            return rows.where(kept(columns).is_not(true())).order_by(*by).limit(literal_column("1"))

        row = self.listing.open(first)
        return exists().where(self.listing.belong(row), kept(row.c).is_not(true())).correlate_except(row)

    def _by(self, columns: Columns) -> list[ColumnElement[Any]]:
        return self.order.by(columns, backward=self.backward)


def pieces(selector: Selector, selection: Selection, listing: Listing, arguments: Arguments) -> Pieces:
    """The pieces of a connection's object: ``edges``, ``nodes``, ``pageInfo`` and ``totalCount`` as selected."""
    selected = selector.fields(selection)
    names = {nodes[0].name.value for nodes in selected.values()}
    paged = bool(names & {"nodes", "edges", "pageInfo"})
    sized = arguments.get("first") or arguments.get("last")
    limit, backward = _limit(selector, arguments) if paged or sized else (None, False)
    connection = Connection(selector, listing, arguments, listing.order(), backward, limit)
    if limit is None or not paged:
        return object_((key, _outside(connection, selection, nodes)) for key, nodes in selected.items())
    page = Source(connection.page(numbered=backward or "pageInfo" in names), listing.table)
    selector.spend(selection.times * limit)
    on_page = selection.on(page, times=limit)
    members = [(key, _member(connection, on_page, key, nodes)) for key, nodes in selected.items()]
    # HAVING makes it one row, also of an empty page, and whatever is selected.
    return [select(join(object_(members))).select_from(page.joined()).having(true()).scalar_subquery()]


def _outside(connection: Connection, selection: Selection, nodes: Sequence[FieldNode]) -> Pieces:
    """What of a connection does not need its page."""
    return [connection.count()] if nodes[0].name.value == "totalCount" else [f'"{selection.type.name}"']


def _member(connection: Connection, selection: Selection, key: str, nodes: Sequence[FieldNode]) -> Pieces:
    match nodes[0].name.value:
        case "pageInfo":
            return _page_info(connection, selection.below(key, nodes))
        case "nodes":
            made = connection.listing.object(selection.below(key, nodes))
        case "edges":
            made = _edge(connection, selection.below(key, nodes))
        case _:
            return _outside(connection, selection, nodes)
    return [_in_order(connection, join(made), selection.source)]


def _edge(connection: Connection, selection: Selection) -> Pieces:
    members: list[tuple[str, Pieces]] = []
    for key, nodes in connection.selector.fields(selection).items():
        match nodes[0].name.value:
            case "cursor":
                members.append((key, ['"', connection.order.cursor(selection.source.row.c), '"']))
            case "node":
                members.append((key, connection.listing.object(selection.below(key, nodes))))
            case _:
                members.append((key, [f'"{selection.type.name}"']))
    return object_(members)


def _in_order(connection: Connection, text: ColumnElement[str], page: Source) -> ColumnElement[str]:
    """The texts of the page's rows as an array. A sub-query's order reaches the aggregate as it is."""
    if "place" not in page.c:
        return array(text)
    place = page.c.place
    by = place.desc() if connection.backward else place
    return array(text, order_by=by, where=place <= literal_column(str(connection.limit)))


def _page_info(connection: Connection, selection: Selection) -> Pieces:
    page = selection.source
    members: list[tuple[str, Pieces]] = []
    for key, nodes in connection.selector.fields(selection).items():
        match nodes[0].name.value:
            case "hasNextPage":
                members.append((key, [_has_more(connection, page, forward=True)]))
            case "hasPreviousPage":
                members.append((key, [_has_more(connection, page, forward=False)]))
            case "startCursor":
                members.append((key, [_cursor_at(connection, page, first=True)]))
            case "endCursor":
                members.append((key, [_cursor_at(connection, page, first=False)]))
            case _:
                members.append((key, [f'"{selection.type.name}"']))
    return object_(members)


def _has_more(connection: Connection, page: Source, *, forward: bool) -> ColumnElement[str]:
    more = connection.cut_off("before" if forward else "after")
    if forward != connection.backward:
        more = or_(func.max(page.c.place) > literal_column(str(connection.limit)), more)
    return case((more, constant("true")), else_=constant("false"))


def _cursor_at(connection: Connection, page: Source, *, first: bool) -> ColumnElement[Any]:
    """The cursor of the page's first or last entity, quoted; null on an empty page."""
    place = page.c.place
    by = place if first != connection.backward else place.desc()
    cursors = func.array_agg(aggregate_order_by(connection.order.cursor(page.row.c), by), type_=ARRAY(Text()))
    chosen = cursors.filter(place <= literal_column(str(connection.limit)))
    return or_null(constant('"') + type_coerce(chosen, ARRAY(Text()))[1] + constant('"'))


def _limit(selector: Selector, arguments: Arguments) -> tuple[int, bool]:
    """The size of the page, and whether it is counted from the end."""
    first, last = arguments.get("first"), arguments.get("last")
    if (first is None) == (last is None):
        raise bad_user_input("Give either 'first' or 'last'.")
    given = first if first is not None else last
    assert given is not None
    size = given.literal()
    if not 1 <= size <= selector.bounds.page:
        raise bad_user_input(f"'{given.name}' must be between 1 and {selector.bounds.page}.")
    return size, first is None
