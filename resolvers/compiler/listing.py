"""What a connection lists: the rows of one entity, or rows gathered from several tables by a noun's function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import Column as TableColumn
from sqlalchemy import DateTime, FromClause, Table, Uuid, and_
from sqlalchemy.sql.elements import ColumnElement

from resolvers.compiler.arguments import Argument, Arguments
from resolvers.compiler.filters import predicate
from resolvers.compiler.json import Pieces
from resolvers.compiler.order import Key, Order
from resolvers.compiler.relation import belongs
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.compiler.vocabulary import All, Column, Cut, EntityType, Gathered, Part, Source, ToMany

if TYPE_CHECKING:
    from resolvers.compiler.select import Selection, Selector


class Listing(Protocol):
    """The rows of a connection, on whichever page."""

    @property
    def table(self) -> Table | None:
        """The table that the rows are of; None where they are of several."""

    def open(self, cut: Cut, /) -> FromClause:
        """Rows for one use in a statement; those that `belong` are listed.

        A list of several parts cuts each, since it is only their union that the statement can cut.
        """

    def belong(self, row: FromClause) -> ColumnElement[bool]:
        """Whether an opened row is listed."""

    def order(self) -> Order:
        """The order of the list, made total by the id."""

    def object(self, selection: Selection) -> Pieces:
        """The pieces of what one row stands for."""


@dataclass(slots=True)
class Entities:
    """The rows of ``target`` that belong to the source, or all there are."""

    selector: Selector
    target: EntityType
    read: ToMany | All
    source: Source
    arguments: Arguments

    @property
    def table(self) -> Table:
        return self.target.table

    def open(self, _cut: Cut, /) -> FromClause:
        return open_table(self.table)

    def belong(self, row: FromClause) -> ColumnElement[bool]:
        conditions = [in_workspace(row)]
        if isinstance(self.read, ToMany):
            conditions.append(belongs(self.read, row, self.source))
        if (given := self.arguments.get("filter")) is not None:
            conditions.append(predicate(given, self.target, Source(row, self.table), self.selector.reader))
        return and_(*conditions)

    def order(self) -> Order:
        keys: list[Key] = []
        given: Argument | None = self.arguments.get("orderBy")
        for item in given.items() if given is not None else ():
            assert item is not None
            parts = {name: value for name, value in item.fields().items() if value is not None}
            name = parts["field"].literal(_value)
            read, _ = self.selector.reader(self.target, name)
            assert isinstance(read, (Column, Part))
            column = self.table.c[read.name if isinstance(read, Column) else read.present]
            descending = "direction" in parts and parts["direction"].literal(_value) == "DESC"
            keys.append(Key(name, column, descending))
        id_ = Key("id", self.table.c.id, keys[-1].descending if keys else False)
        return Order([*keys, id_])

    def object(self, selection: Selection) -> Pieces:
        return self.selector.object(selection)


_TIME = TableColumn("occurred_at", DateTime(timezone=True), nullable=False)
_ID = TableColumn("id", Uuid(), nullable=False)


@dataclass(slots=True)
class Events:
    """Rows that a function gathers from several tables, the latest first."""

    selector: Selector
    read: Gathered
    source: Source
    arguments: Arguments

    @property
    def table(self) -> None:
        return None

    def open(self, cut: Cut, /) -> FromClause:
        return self.read.compute(self.source, self.arguments, cut).subquery()

    def belong(self, row: FromClause) -> ColumnElement[bool]:
        # Whatever is gathered is listed; a condition that holds keeps the statement's shape.
        return row.c.id.is_not(None)

    def order(self) -> Order:
        return Order([Key("occurredAt", _TIME, descending=True), Key("id", _ID, descending=True)])

    def object(self, selection: Selection) -> Pieces:
        only = self.read.only(self.source) if self.read.only is not None else None
        return self.selector.any_of(selection, "entity", "id", only)


def listing(
    selector: Selector, read: ToMany | All | Gathered, target: EntityType | None, source: Source, arguments: Arguments
) -> Listing:
    """What a connection that is read so lists; ``target`` is the entity that it leads to, if it is of one."""
    if isinstance(read, Gathered):
        return Events(selector, read, source, arguments)
    assert target is not None
    return Entities(selector, target, read, source, arguments)


def _value(member: Any) -> str:
    return str(member.value)
