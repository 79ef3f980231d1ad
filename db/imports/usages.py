"""What assets keep of their usages: in how many won opportunities they were used."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from db import won_uses
from db.imports.plan import Record
from db.imports.scope import Scope
from db.models import Base, ContentUsage

usage = Base.metadata.tables[ContentUsage.__tablename__]


async def count_won_uses(
    scope: Scope, new_usages: sa.Table, new_transitions: sa.Table, records: Sequence[Record]
) -> None:
    """Count again for the assets of new usages, and of the opportunities that moved or whose stage ``records`` state."""
    known = scope.known["opportunity"]
    stated = [
        sa.select(known.c.id).join_from(record.file.table, known, known.c.external_id == record.id)
        for record in records
        if "stage" in record.fields
    ]
    moved = sa.union_all(sa.select(new_transitions.c.opportunity_id), *stated)
    touched = (
        sa.select(usage.c.asset_id)
        .distinct()
        .where(
            scope.of(usage),
            usage.c.opportunity_id.is_not(None),
            sa.or_(usage.c.id.in_(sa.select(new_usages.c.id)), usage.c.opportunity_id.in_(moved)),
        )
    )
    await won_uses.recount(scope.connection, scope.workspace_id, touched)
