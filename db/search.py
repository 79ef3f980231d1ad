"""The search index: which fields entities are found by, and how their words are kept.

docs/decisions/0047-search.md tells what a word is and how hits are ranked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CompoundSelect,
    Integer,
    Select,
    Text,
    delete,
    except_,
    func,
    literal,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.elements import ColumnElement

from db.models import (
    Account,
    Campaign,
    Contact,
    ContentAsset,
    Entity,
    GlossaryTerm,
    Lead,
    Opportunity,
    Persona,
    SearchTerm,
)


class Weight(IntEnum):
    """How much a word says about an entity, by the field that it stands in."""

    DETAIL = 1
    ADDRESS = 2
    COMPANY = 3
    NAME = 4


SEARCHED: Mapping[type[Entity], Mapping[InstrumentedAttribute[Any], Weight]] = {
    Account: {Account.name: Weight.NAME, Account.domain: Weight.ADDRESS},
    Campaign: {Campaign.name: Weight.NAME, Campaign.objective: Weight.DETAIL},
    Contact: {Contact.name: Weight.NAME, Contact.email: Weight.ADDRESS, Contact.title: Weight.DETAIL},
    ContentAsset: {ContentAsset.title: Weight.NAME},
    GlossaryTerm: {GlossaryTerm.name: Weight.NAME, GlossaryTerm.key: Weight.NAME},
    Lead: {
        Lead.name: Weight.NAME,
        Lead.company: Weight.COMPANY,
        Lead.email: Weight.ADDRESS,
        Lead.title: Weight.DETAIL,
    },
    Opportunity: {Opportunity.name: Weight.NAME},
    Persona: {Persona.name: Weight.NAME, Persona.job_titles: Weight.DETAIL},
}
"""What is found, and by which of its fields: the only place that says so."""


@dataclass(frozen=True)
class Differences:
    """How many words of the index are not what the entities say: they lack, or are too many or of another weight."""

    missing: int
    superfluous: int


async def rebuild(connection: AsyncConnection, workspace_id: UUID) -> int:
    """Make the workspace's index anew; gives the number of its words."""
    await connection.execute(delete(SearchTerm).where(SearchTerm.workspace_id == workspace_id))
    return await _add(connection, workspace_id, None)


async def refresh(connection: AsyncConnection, workspace_id: UUID, since: datetime) -> int:
    """Index anew what was written at ``since`` or later, as a transaction does that began then.

    Gives the number of words of these entities.
    """
    changed = union_all(*(_changed(model, workspace_id, since) for model in SEARCHED)).subquery()
    entity = tuple_(SearchTerm.entity, SearchTerm.entity_id)
    await connection.execute(
        delete(SearchTerm).where(SearchTerm.workspace_id == workspace_id, entity.in_(select(changed)))
    )
    return await _add(connection, workspace_id, since)


async def check(connection: AsyncConnection, workspace_id: UUID) -> Differences:
    """Compare the workspace's index with what :func:`rebuild` would make."""
    wanted = _terms(workspace_id, None)
    kept = select(
        SearchTerm.workspace_id, SearchTerm.term, SearchTerm.entity, SearchTerm.entity_id, SearchTerm.weight
    ).where(SearchTerm.workspace_id == workspace_id)
    return Differences(
        missing=await _count(connection, except_(wanted, kept)),
        superfluous=await _count(connection, except_(kept, wanted)),
    )


async def _count(connection: AsyncConnection, rows: CompoundSelect[Any]) -> int:
    return (await connection.execute(select(func.count()).select_from(rows.subquery()))).scalar_one()


async def _add(connection: AsyncConnection, workspace_id: UUID, since: datetime | None) -> int:
    terms = _terms(workspace_id, since)
    adding = insert(SearchTerm).from_select(list(terms.selected_columns.keys()), terms)
    # Whoever changes the same entity meanwhile may have written a word of it between our deleting and our adding.
    key = [column.name for column in SearchTerm.__table__.primary_key]
    written = adding.on_conflict_do_update(index_elements=key, set_={"weight": adding.excluded.weight})
    return (await connection.execute(written)).rowcount


def _terms(workspace_id: UUID, since: datetime | None) -> Select[Any]:
    """The words of the workspace's entities, or of those written at ``since`` or later."""
    found = union_all(
        *(
            _words(model, field, weight, workspace_id, since)
            for model, fields in SEARCHED.items()
            for field, weight in fields.items()
        )
    ).subquery()
    key = (found.c.workspace_id, found.c.term, found.c.entity, found.c.entity_id)
    return select(*key, func.max(found.c.weight).label("weight")).group_by(*key)


def _words(
    model: type[Entity],
    field: InstrumentedAttribute[Any],
    weight: Weight,
    workspace_id: UUID,
    since: datetime | None,
) -> Select[UUID, str, str, UUID, int]:
    text = func.array_to_string(field, " ") if isinstance(field.type, ARRAY) else field
    words = func.unnest(func.search_words(text, type_=ARRAY(Text())), type_=Text())
    return select(
        model.workspace_id,
        words.collate("C").label("term"),
        literal(model.__tablename__, Text()).label("entity"),
        model.id.label("entity_id"),
        literal(int(weight), Integer()).label("weight"),
    ).where(*_written(model, workspace_id, since))


def _changed(model: type[Entity], workspace_id: UUID, since: datetime) -> Select[str, UUID]:
    return select(literal(model.__tablename__, Text()).label("entity"), model.id).where(
        *_written(model, workspace_id, since)
    )


def _written(model: type[Entity], workspace_id: UUID, since: datetime | None) -> list[ColumnElement[bool]]:
    of_workspace = model.workspace_id == workspace_id
    return [of_workspace] if since is None else [of_workspace, model.updated_at >= since]
