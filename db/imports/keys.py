"""Which external id is which row: what is known, what is adopted and what gets a new id.

Every later statement joins the temporary tables made here, never external_ref: the planner has counted them, so it
does not take thousands of rows that it has not seen yet for one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from db.imports import aliases
from db.imports.plan import Record, Source
from db.imports.scope import Scope, place
from db.imports.staging import analyze, create, temporary
from db.imports.targets import Target, targets
from db.models import Base, ExternalRef

external_ref = Base.metadata.tables[ExternalRef.__tablename__]


_ALWAYS = {"lead", "opportunity", "stage_transition", "content_usage"}
"""What an import asks after even where its map makes none: others hang on it."""


async def look_up(scope: Scope, records: Sequence[Record]) -> None:
    """Fill ``scope.known`` with every external id that the staged rows mention, and the row each names so far."""
    needed = _ALWAYS | {record.target.name for record in records}
    needed |= {entity for record in records for entity, _ in record.references.values()}
    for name, target in targets().items():
        if name not in needed:
            continue
        known = temporary(
            "known",
            sa.Column("external_id", sa.Text, primary_key=True),
            sa.Column("id", sa.Uuid),
            *([sa.Column("journey_id", sa.Uuid)] if target.travels else []),
        )
        await create(scope.connection, known)
        scope.known[name] = known
        if mentions := _mentions(name, records):
            await scope.execute(sa.insert(known).from_select(["external_id"], sa.union(*mentions)))
            await analyze(scope.connection, known)
            makers = [record for record in records if record.target is target and record.creates]
            await _find(scope, target, known, makers)


def _mentions(name: str, records: Sequence[Record]) -> list[sa.Select[Any]]:
    own = [record.id for record in records if record.target.name == name]
    others = [source for record in records for entity, _, source in record.names if entity == name]
    columns = dict.fromkeys([*own, *others])
    return [sa.select(column).distinct().where(column.is_not(None)) for column in columns]


async def _find(scope: Scope, target: Target, known: sa.Table, makers: Sequence[Record]) -> None:
    ref = external_ref.alias()
    named = (
        scope.of(ref),
        ref.c.entity == target.name,
        ref.c.source == scope.source,
        ref.c.external_id == known.c.external_id,
    )
    await scope.execute(sa.update(known).where(*named).values(id=ref.c.entity_id))
    if target.has_aliases:
        await aliases.find(scope, target, known, makers)
    if target.travels:
        row = target.table
        await scope.execute(
            sa.update(known).where(scope.of(row), row.c.id == known.c.id).values(journey_id=row.c.journey_id)
        )
    await analyze(scope.connection, known)


def _new_rows(target: Target) -> sa.Table:
    """The temporary table of the rows to create: their ids, under the name by which a staged row finds its own.

    A lead and an opportunity bring their journey: ``own_journey`` is false where it is that of ``origin_lead_id``.
    """
    fresh_id = sa.text("uuidv7()")
    columns: list[sa.Column[Any]] = [
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("id", sa.Uuid, server_default=fresh_id, nullable=False),
    ]
    if target.travels:
        columns += [
            sa.Column("journey_id", sa.Uuid, server_default=fresh_id, nullable=False),
            sa.Column("own_journey", sa.Boolean, server_default=sa.true(), nullable=False),
            sa.Column("origin_lead_id", sa.Uuid),
        ]
    return temporary("new", *columns)


def name_of(record: Record) -> Source:
    """The name under which a row of ``record`` finds its new row: the natural key where there is one."""
    natural = record.target.natural_key
    return record.id if natural is None else record.fields[natural.name]


async def allocate(scope: Scope, target: Target, records: Sequence[Record]) -> sa.Table:
    """Give a row's id to every external id that the workspace lacks, and link it; return the new rows.

    The records are those of ``target``. Rows that the workspace has under the same natural key are adopted: linked,
    not created.
    """
    new = _new_rows(target)
    await create(scope.connection, new)
    if makers := [record for record in records if record.creates]:
        missing = _missing(scope, target, makers)
        await scope.execute(_insert_new(scope, target, new, missing))
        await analyze(scope.connection, new)
        links = _links(scope, target, new, missing)
        await scope.execute(_insert_refs(scope, target, links))
        known = scope.known[target.name]
        found = links.subquery()
        await scope.execute(
            sa.update(known).where(known.c.external_id == found.c.external_id).values(id=found.c.entity_id)
        )
        await analyze(scope.connection, known)
    return new


def _missing(scope: Scope, target: Target, makers: Sequence[Record]) -> sa.Subquery:
    """The external ids that name nothing yet, each with its name and its first place in the files."""
    known = scope.known[target.name]
    named = sa.union_all(
        *(
            sa.select(maker.id.label("external_id"), name_of(maker).label("name"), place(maker, rank).label("place"))
            .join(known, known.c.external_id == maker.id)
            .where(known.c.id.is_(None))
            for rank, maker in enumerate(makers)
        )
    ).subquery()
    if len(makers) == 1 and not makers[0].shared:
        return named
    return (
        sa.select(named).ext(distinct_on(named.c.external_id)).order_by(named.c.external_id, named.c.place).subquery()
    )


def _insert_new(scope: Scope, target: Target, new: sa.Table, missing: sa.Subquery) -> sa.Insert:
    # In the order of the files, so that the ids, which are ordered by time, follow it too.
    names = sa.select(missing.c.name).group_by(missing.c.name).order_by(sa.func.min(missing.c.place))
    if (natural := target.natural_key) is not None:
        there = sa.select(1).where(scope.of(target.table), natural.column == missing.c.name)
        names = names.where(~sa.exists(there))
    return sa.insert(new).from_select(["name"], names)


def _links(scope: Scope, target: Target, new: sa.Table, missing: sa.Subquery) -> sa.Select[Any]:
    found: sa.FromClause = missing.outerjoin(new, new.c.name == missing.c.name)
    row_id: sa.ColumnElement[Any] = new.c.id
    if (natural := target.natural_key) is not None:
        table = target.table
        found = found.outerjoin(table, sa.and_(scope.of(table), natural.column == missing.c.name))
        row_id = sa.func.coalesce(new.c.id, table.c.id)
    return sa.select(missing.c.external_id, row_id.label("entity_id")).select_from(found)


def _insert_refs(scope: Scope, target: Target, links: sa.Select[Any]) -> sa.Insert:
    constants: Mapping[str, Any] = {
        "workspace_id": scope.workspace_id,
        "entity": target.name,
        "source": scope.source,
    }
    rows = links.add_columns(*(sa.literal(value) for value in constants.values()))
    return sa.insert(external_ref).from_select(["external_id", "entity_id", *constants], rows)
