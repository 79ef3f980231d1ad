"""Relay connections: one sub-query for the page, its JSON and page info made in the query around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql.language import FieldNode
from sqlalchemy import (
    ARRAY,
    FromClause,
    Text,
    and_,
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

from resolvers.compiler.arguments import Argument, Arguments
from resolvers.compiler.errors import bad_user_input
from resolvers.compiler.filters import predicate
from resolvers.compiler.json import Pieces, array, constant, join, object_, or_null
from resolvers.compiler.order import Key, Order
from resolvers.compiler.relation import belongs
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.compiler.vocabulary import All, Column, EntityType, Part, Source, ToMany

if TYPE_CHECKING:
    from resolvers.compiler.select import Selection, Selector


@dataclass(slots=True)
class Connection:
    """One connection of an operation: which entities, in which order, and which page of them."""

    selector: Selector
    target: EntityType
    source: Source
    read: ToMany | All
    arguments: Arguments
    order: Order
    backward: bool
    limit: int | None
    """Entities on the page; None where only their number is asked for."""

    def entities(self, row: FromClause) -> ColumnElement[bool]:
        """Whether ``row`` is one of the connection's entities, on whichever page."""
        conditions = [in_workspace(row)]
        if isinstance(self.read, ToMany):
            conditions.append(belongs(self.read, row, self.source))
        if (given := self.arguments.get("filter")) is not None:
            conditions.append(predicate(given, self.target, Source(row, self.target.table), self.selector.reader))
        return and_(*conditions)

    def page(self, *, numbered: bool) -> FromClause:
        """The rows of the page; ``numbered`` counts them in ``place`` and fetches one more, to see whether there is."""
        assert self.limit is not None
        row = open_table(self.target.table)
        by = self.order.by(row, backward=self.backward)
        page = select(row).where(self.entities(row), *self._between(row)).order_by(*by)
        if numbered:
            page = page.add_columns(func.row_number().over(order_by=by).label("place"))
        limit = self.limit + numbered
        return page.limit(literal_column(str(limit))).correlate_except(row).subquery()

    def count(self) -> ColumnElement[int]:
        """How many entities there are on all pages."""
        row = open_table(self.target.table)
        counted = select(func.count()).select_from(row).where(self.entities(row))
        return counted.correlate_except(row).scalar_subquery()

    def cut_off(self, name: str) -> ColumnElement[bool]:
        """Whether the cursor ``after`` or ``before`` leaves out any entity."""
        cursor = self.arguments.get(name)
        if cursor is None:
            return false()
        row = open_table(self.target.table)
        kept = self.order.beyond(cursor, row, backward=name == "before")
        return exists().where(self.entities(row), kept.is_not(true())).correlate_except(row)

    def _between(self, row: FromClause) -> list[ColumnElement[bool]]:
        cursors = ((self.arguments.get(name), name == "before") for name in ("after", "before"))
        return [self.order.beyond(cursor, row, backward=backward) for cursor, backward in cursors if cursor is not None]


def pieces(
    selector: Selector, selection: Selection, read: ToMany | All, target: EntityType, arguments: Arguments
) -> Pieces:
    """The pieces of a connection's object: ``edges``, ``nodes``, ``pageInfo`` and ``totalCount`` as selected."""
    selected = selector.fields(selection)
    names = {nodes[0].name.value for nodes in selected.values()}
    paged = bool(names & {"nodes", "edges", "pageInfo"})
    sized = arguments.get("first") or arguments.get("last")
    limit, backward = _limit(selector, arguments) if paged or sized else (None, False)
    order = _order(selector, target, arguments)
    connection = Connection(selector, target, selection.source, read, arguments, order, backward, limit)
    if limit is None or not paged:
        return object_((key, _outside(connection, selection, nodes)) for key, nodes in selected.items())
    page = Source(connection.page(numbered=backward or "pageInfo" in names), target.table)
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
            made = connection.selector.object(selection.below(key, nodes))
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
                members.append((key, ['"', connection.order.cursor(selection.source.row), '"']))
            case "node":
                members.append((key, connection.selector.object(selection.below(key, nodes))))
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
    cursors = func.array_agg(aggregate_order_by(connection.order.cursor(page.row), by), type_=ARRAY(Text()))
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


def _order(selector: Selector, target: EntityType, arguments: Arguments) -> Order:
    """The order asked for, made total by the id."""
    keys: list[Key] = []
    given: Argument | None = arguments.get("orderBy")
    for item in given.items() if given is not None else ():
        assert item is not None
        parts = {name: value for name, value in item.fields().items() if value is not None}
        name = parts["field"].literal(_value)
        read, _ = selector.reader(target, name)
        assert isinstance(read, (Column, Part))
        column = target.table.c[read.name if isinstance(read, Column) else read.present]
        descending = "direction" in parts and parts["direction"].literal(_value) == "DESC"
        keys.append(Key(name, column, descending))
    id_ = Key("id", target.table.c.id, keys[-1].descending if keys else False)
    return Order([*keys, id_])


def _value(member: Any) -> str:
    return str(member.value)
