"""What a map may make, read from the models: the entities and events, their fields and what each field takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from db.models import (
    Account,
    Base,
    Channel,
    Contact,
    ContentAsset,
    ContentUsage,
    Lead,
    Member,
    Opportunity,
    Persona,
    StageTransition,
    Team,
)

ENTITIES = (Team, Member, Channel, Persona, Account, Contact, ContentAsset, Lead, Opportunity)
"""In the order of writing: each refers only to those before it, or to itself."""

EVENTS = (StageTransition, ContentUsage)

LONGEST_KEY = 255
"""Characters of an external id."""

LONGEST_INDEXED = 500
"""Characters of an indexed text: an index row of PostgreSQL holds about 2,700 bytes."""

_KEPT_BY_THE_SERVER = {
    "content_asset": {"won_uses"},
    "lead": {"journey_id", "stage_id", "stage_entered_at"},
    "opportunity": {"journey_id", "stage_id", "stage_entered_at", "closed_at"},
    "stage_transition": {"sequence", "journey_id", "from_stage_id", "to_stage_id"},
}
_KEPT_EVERYWHERE = {"workspace_id", "id", "created_at", "updated_at"}


@dataclass(frozen=True)
class Field:
    """A column that a map may fill."""

    name: str
    """As the map writes it: a reference without its ``_id``."""
    column: sa.Column[Any]
    refers_to: str | None
    """The entity that the field's external ids name; None where the field is a plain value."""
    required: bool
    longest: int | None
    """Characters a text may have."""


@dataclass(frozen=True)
class Target:
    """An entity or event that a map may make."""

    name: str
    table: sa.Table
    fields: Mapping[str, Field]
    event: bool
    natural_key: Field | None
    """The field by which the workspace itself tells two of them apart: a row that is there already is adopted by it."""
    travels: bool
    """Whether it is on a journey of its own: a lead or an opportunity."""


@cache
def targets() -> Mapping[str, Target]:
    """All targets by the name of their table, in the order of writing."""
    return {
        model.__tablename__: _target(Base.metadata.tables[model.__tablename__], event=model in EVENTS)
        for model in (*ENTITIES, *EVENTS)
    }


def _target(table: sa.Table, *, event: bool) -> Target:
    kept = _KEPT_EVERYWHERE | _KEPT_BY_THE_SERVER.get(table.name, set())
    references = {key.parent.name: key.column.table.name for key in table.foreign_keys}
    indexed = _indexed(table)
    fields = [
        _field(column, references.get(column.name), indexed=column.name in indexed)
        for column in table.columns
        if column.name not in kept and not isinstance(column.type, (postgresql.ARRAY, postgresql.JSONB))
    ]
    by_name = {field.name: field for field in fields}
    return Target(
        name=table.name,
        table=table,
        fields=by_name,
        event=event,
        natural_key=by_name.get("key"),
        travels=not event and "journey_id" in table.columns,
    )


def _field(column: sa.Column[Any], refers_to: str | None, *, indexed: bool) -> Field:
    longest = LONGEST_KEY if refers_to else LONGEST_INDEXED if indexed else None
    return Field(
        name=column.name.removesuffix("_id") if refers_to else column.name,
        column=column,
        refers_to=refers_to,
        required=not column.nullable and column.server_default is None,
        longest=longest,
    )


def _indexed(table: sa.Table) -> set[str]:
    unique = [constraint for constraint in table.constraints if isinstance(constraint, sa.UniqueConstraint)]
    return {column.name for columns in (index.columns for index in table.indexes) for column in columns} | {
        column.name for constraint in unique for column in constraint.columns
    }
