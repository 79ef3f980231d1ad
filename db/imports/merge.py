"""From staged rows to entities and usages, a statement for all rows of a record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, array, distinct_on

from db.imports.keys import name_of
from db.imports.plan import Record, Source
from db.imports.scope import Scope


def resolved(
    scope: Scope, record: Record, start: sa.FromClause
) -> tuple[sa.FromClause, dict[str, sa.ColumnElement[Any]]]:
    """``start``, which holds the record's staged rows, joined to what they refer to; and each column's value."""
    joined, values = start, {}
    for name, source in record.fields.items():
        column = record.target.fields[name].column.name
        values[column] = source
        if name in record.references:
            entity, external_id = record.references[name]
            known = scope.known[entity].alias()
            joined = joined.outerjoin(known, known.c.external_id == external_id)
            values[column] = known.c.id
    for name, value in values.items():
        values[name] = _or_default(record.target.table.c[name], value)
    if record.attributes:
        pairs = [part for key, source in record.attributes.items() for part in (sa.literal(key), source)]
        values["attributes"] = sa.func.jsonb_strip_nulls(sa.func.jsonb_build_object(*pairs))
    return joined, values


def _or_default(column: sa.Column[Any], value: Source) -> Source:
    """What ``value`` is where it is empty: the default of a column that is never null."""
    if column.nullable or not isinstance(column.server_default, sa.DefaultClause):
        return value
    default = column.server_default.arg
    return sa.func.coalesce(value, sa.cast(sa.literal(default) if isinstance(default, str) else default, column.type))


async def insert(
    scope: Scope, record: Record, new: sa.Table, *, again: bool = False, standing: sa.Table | None = None
) -> int:
    """Insert the rows of ``new`` that ``record`` names; ``again`` where an earlier record has inserted some of them.

    Leads and opportunities begin where ``standing`` has them.
    """
    table = record.target.table
    joined, values = resolved(scope, record, record.file.table.join(new, new.c.name == name_of(record)))
    if standing is not None:
        joined = joined.outerjoin(standing, standing.c.subject_id == new.c.id)
        kept = [column for column in standing.columns if column.name != "subject_id"]
        # A stage that the file merely states holds where no transition says more.
        last = {column.name: sa.func.coalesce(column, values.get(column.name)) for column in kept}
        values |= {"journey_id": new.c.journey_id, **last}
    rows = sa.select(sa.literal(scope.workspace_id), new.c.id, *values.values()).select_from(joined)
    rows = rows.where(record.id.is_not(None))
    if again:
        rows = rows.where(~sa.exists(sa.select(1).where(scope.of(table), table.c.id == new.c.id)))
    if record.shared or record.target.natural_key is not None:
        rows = rows.ext(distinct_on(new.c.id)).order_by(new.c.id, record.file.line)
    return await scope.execute(sa.insert(table).from_select(["workspace_id", "id", *values], rows))


async def update(scope: Scope, record: Record) -> int:
    """Write what differs, and only that: a row that is as the file says keeps its ``updated_at``."""
    own = scope.known[record.target.name].alias()
    joined, values = resolved(scope, record, record.file.table.join(own, own.c.external_id == record.id))
    if not values:
        return 0
    said = (
        sa.select(own.c.id, *(value.label(column) for column, value in values.items()))
        .select_from(joined)
        .ext(distinct_on(own.c.id))
        .order_by(own.c.id, record.file.line)
        .subquery()
    )
    table = record.target.table
    wanted = _wanted(record, said, values)
    differs = sa.or_(*(table.c[column].is_distinct_from(value) for column, value in wanted.items()))
    statement = (
        sa.update(table)
        .values({**wanted, "updated_at": scope.now})
        .where(scope.of(table), table.c.id == said.c.id, differs)
    )
    return await scope.execute(statement)


def _wanted(record: Record, said: sa.Subquery, values: Mapping[str, Source]) -> dict[str, sa.ColumnElement[Any]]:
    """What each column is to be: attributes that the map does not name stay, and so do stages of transitions."""
    table = record.target.table
    wanted: dict[str, sa.ColumnElement[Any]] = {column: said.c[column] for column in values}
    if record.attributes:
        keys = sa.cast(array([sa.literal(key) for key in record.attributes]), ARRAY(sa.Text))
        wanted["attributes"] = table.c.attributes.op("-")(keys).op("||")(said.c.attributes)
    if record.target.travels and "stage_id" in values:
        wanted["stage_id"] = sa.case((table.c.stage_entered_at.is_(None), said.c.stage_id), else_=table.c.stage_id)
    return wanted


async def count_named(scope: Scope, record: Record) -> int:
    """How many different entities or events the record's rows name."""
    known = scope.known[record.target.name]
    named = record.file.table.join(known, known.c.external_id == record.id)
    statement = sa.select(sa.func.count(known.c.id.distinct())).select_from(named)
    return int((await scope.connection.execute(statement)).scalar_one())
