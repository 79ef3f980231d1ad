"""What other systems call an entity."""

from __future__ import annotations

from sqlalchemy import select

from db.models import ExternalRef
from resolvers.compiler.arguments import Arguments
from resolvers.compiler.json import constant
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.compiler.vocabulary import Rows, Source


def of_entity(entity: Source, _arguments: Arguments) -> Rows:
    """The entity's references, by source and external id."""
    assert entity.table is not None
    reference = open_table(ExternalRef)
    rows = (
        select(reference.c.source, reference.c.external_id)
        .where(
            in_workspace(reference),
            reference.c.entity == constant(entity.table.name),
            reference.c.entity_id == entity.c.id,
        )
        .order_by(reference.c.source, reference.c.external_id)
    )
    return Rows(rows)
