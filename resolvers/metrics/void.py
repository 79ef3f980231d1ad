"""Events that were recorded by mistake count nowhere."""

from __future__ import annotations

from sqlalchemy import Alias, TableClause, exists, select
from sqlalchemy.sql.elements import ColumnElement

from db.models import EventVoid
from resolvers.compiler.arguments import Arguments
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.compiler.vocabulary import Rows, Source
from resolvers.metrics.fact import is_


def happened(event: Alias) -> ColumnElement[bool]:
    """Whether an event, the row of a table of events, is not void."""
    void, table = open_table(EventVoid), event.element
    assert isinstance(table, TableClause)
    same = is_(void.c.event_table, table.name) & (void.c.event_id == event.c.id)
    return ~exists().where(in_workspace(void), same).correlate_except(void)


def of_event(event: Source, _arguments: Arguments) -> Rows:
    """Why an event is void; no row where it is not."""
    void = open_table(EventVoid)
    assert event.table is not None
    same = is_(void.c.event_table, event.table.name) & (void.c.event_id == event.c.id)
    return Rows(select(void).where(in_workspace(void), same).correlate(event.row))
