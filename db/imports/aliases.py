"""References by another name: what refers to ``GTXPro`` means the product of which that is an alias."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from db.imports.plan import Record
from db.imports.scope import Scope
from db.imports.targets import Target, targets


async def use_ids(scope: Scope, records: Sequence[Record]) -> None:
    """Put the ids of the files' own entities in the place of the aliases that the files give them.

    A name that is an id itself stays, and so does an alias of two entities: it names neither.
    """
    for name, target in targets().items():
        makers = [record for record in records if record.target is target and record.creates]
        naming = [record for record in makers if isinstance(record.fields.get("aliases"), sa.Column)]
        if not target.has_aliases or not naming:
            continue
        alias = sa.union_all(*map(_aliases, naming)).subquery()
        one = _of_one_entity(alias).subquery()
        ids = sa.union_all(*(sa.select(_rows(maker).label("id")) for maker in makers)).subquery()
        for entity, file, source in {id(each[2]): each for record in records for each in record.names}.values():
            if entity == name:
                is_an_id = sa.exists(sa.select(1).where(ids.c.id == source))
                await scope.execute(
                    sa.update(file.table).where(source == one.c.alias, ~is_an_id).values({source.name: one.c.id})
                )


def _rows(maker: Record) -> sa.Column[Any]:
    return maker.file.table.alias().c[maker.id.name]


def _aliases(maker: Record) -> sa.Select[Any]:
    rows = maker.file.table.alias()
    aliases = rows.c[maker.fields["aliases"].name]
    return sa.select(rows.c[maker.id.name].label("id"), sa.func.unnest(aliases).label("alias"))


def _of_one_entity(alias: sa.Subquery) -> sa.Select[Any]:
    first = sa.func.min(alias.c.id)
    return sa.select(alias.c.alias, first.label("id")).group_by(alias.c.alias).having(first == sa.func.max(alias.c.id))


async def find(scope: Scope, target: Target, known: sa.Table, makers: Sequence[Record]) -> None:
    """Let ids that are unknown, and made by nobody, name what the workspace has under such an alias."""
    row = target.table
    alias = (
        sa.select(sa.cast(row.c.id, sa.Text).label("id"), sa.func.unnest(row.c.aliases).label("alias"))
        .where(scope.of(row))
        .subquery()
    )
    one = _of_one_entity(alias).subquery()
    nobody_makes = (~sa.exists(sa.select(1).where(_rows(maker) == known.c.external_id)) for maker in makers)
    unknown = (known.c.id.is_(None), known.c.external_id == one.c.alias, *nobody_makes)
    await scope.execute(sa.update(known).where(*unknown).values(id=sa.cast(one.c.id, sa.Uuid)))
