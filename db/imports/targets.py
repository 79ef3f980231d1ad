"""What a map may make, read from the models: the entities and events, their fields and what each field takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from db.models import (
    Account,
    Base,
    BuyingGroupMember,
    Campaign,
    Channel,
    Contact,
    ContentAsset,
    ContentUsage,
    FunnelStage,
    Lead,
    Member,
    Opportunity,
    OpportunityLine,
    Persona,
    Pipeline,
    Product,
    StageTransition,
    Team,
    Touchpoint,
)

ENTITIES = (
    Team, Member, Channel, Product, Pipeline, FunnelStage, Persona, Account, Contact, ContentAsset, Campaign, Lead,
    Opportunity, OpportunityLine, BuyingGroupMember,
)  # fmt: skip
"""In the order of writing: each refers only to those before it, or to itself."""

EVENTS = (StageTransition, ContentUsage, Touchpoint)

AMOUNTS = frozenset({"amount", "price", "cost", "planned_cost", "actual_cost"})
"""The fields that are money, in the currency that ``currency_code`` names."""

LONGEST_KEY = 255
"""Characters of an external id."""

LONGEST_INDEXED = 500
"""Characters of an indexed text: an index row of PostgreSQL holds about 2,700 bytes."""

_KEPT_BY_THE_SERVER = {
    "content_asset": {"won_uses"},
    "lead": {"journey_id", "stage_entered_at"},
    "opportunity": {"journey_id", "stage_entered_at", "closed_at"},
    "stage_transition": {"sequence", "journey_id", "from_stage_id"},
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
    unique: Sequence[tuple[str, ...]]
    """The fields that together name one row only."""

    @property
    def has_aliases(self) -> bool:
        """Whether a reference may use another name of it."""
        return "aliases" in self.fields


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
    reachable = {model.__tablename__ for model in ENTITIES}
    fields = [
        _field(column, references.get(column.name), indexed=column.name in indexed)
        for column in table.columns
        if column.name not in kept
        and references.get(column.name, table.name) in reachable | {table.name}
        and not isinstance(column.type, postgresql.JSONB)
    ]
    by_name = {field.name: field for field in fields}
    return Target(
        name=table.name,
        table=table,
        fields=by_name,
        event=event,
        natural_key=by_name.get("key"),
        travels=not event and "journey_id" in table.columns,
        unique=_unique(table, by_name),
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


def _unique(table: sa.Table, fields: Mapping[str, Field]) -> list[tuple[str, ...]]:
    """The fields of each unique constraint that is no natural key, where a map fills them all."""
    names = {field.column.name: field.name for field in fields.values()}
    found = []
    for constraint in table.constraints:
        if isinstance(constraint, sa.UniqueConstraint):
            columns = [column.name for column in constraint.columns if column.name != "workspace_id"]
            if columns != ["key"] and all(column in names for column in columns):
                found.append(tuple(names[column] for column in columns))
    return sorted(found)


def _indexed(table: sa.Table) -> set[str]:
    unique = [constraint for constraint in table.constraints if isinstance(constraint, sa.UniqueConstraint)]
    return {column.name for columns in (index.columns for index in table.indexes) for column in columns} | {
        column.name for constraint in unique for column in constraint.columns
    }
