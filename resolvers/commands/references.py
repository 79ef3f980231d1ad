"""Entities that a command's input names, by public id or by the id another system gave them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, any_, bindparam, column, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import Entity, ExternalRef
from resolvers.compiler.errors import ApiError
from resolvers.ids import decode


@dataclass(frozen=True, slots=True)
class ExternalKey:
    """What another system calls an entity."""

    source: str
    external_id: str


Reference: TypeAlias = str | ExternalKey
"""A public id, or another system's."""


async def resolve(
    connection: AsyncConnection, workspace_id: UUID, model: type[Entity], references: Sequence[Reference]
) -> Mapping[Reference, UUID]:
    """The rows' ids behind ``references``; whatever names nothing, or not a ``model``, is not in the answer."""
    ids = {reference: key for reference in references if (key := _decoded(model, reference)) is not None}
    keys = [reference for reference in references if isinstance(reference, ExternalKey)]
    existing = await _existing(connection, workspace_id, model, set(ids.values()))
    found: dict[Reference, UUID] = {reference: key for reference, key in ids.items() if key in existing}
    return found | await external(connection, workspace_id, model, keys)


async def external(
    connection: AsyncConnection, workspace_id: UUID, model: type[Entity], keys: Sequence[ExternalKey]
) -> dict[Reference, UUID]:
    """The rows' ids behind other systems' keys."""
    if not keys:
        return {}
    wanted = (
        func.unnest(
            bindparam("sources", [key.source for key in keys], ARRAY(Text())),
            bindparam("external_ids", [key.external_id for key in keys], ARRAY(Text())),
        )
        .table_valued(column("source", Text()), column("external_id", Text()), name="wanted")
        .render_derived()
    )
    rows = await connection.execute(
        select(ExternalRef.source, ExternalRef.external_id, ExternalRef.entity_id)
        .join(wanted, (ExternalRef.source == wanted.c.source) & (ExternalRef.external_id == wanted.c.external_id))
        .where(ExternalRef.workspace_id == workspace_id, ExternalRef.entity == model.__tablename__)
    )
    return {ExternalKey(source, external_id): entity_id for source, external_id, entity_id in rows}


def _decoded(model: type[Entity], reference: Reference) -> UUID | None:
    if isinstance(reference, ExternalKey):
        return None
    try:
        return decode(model, reference)
    except ApiError:
        return None


async def _existing(connection: AsyncConnection, workspace_id: UUID, model: type[Entity], ids: set[UUID]) -> set[UUID]:
    if not ids:
        return set()
    wanted = bindparam("ids", list(ids), ARRAY(Uuid()))
    rows = await connection.scalars(
        select(model.id).where(model.workspace_id == workspace_id, model.id == any_(wanted))
    )
    return set(rows)
