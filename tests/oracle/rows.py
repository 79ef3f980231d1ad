"""The rows of one workspace in memory, and which row or column a name of the schema stands for."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
from graphql import GraphQLObjectType, GraphQLOutputType, get_named_type
from sqlalchemy import Select, Table, Text, cast, select
from sqlalchemy.dialects.postgresql import JSONB

from db import models

Row: TypeAlias = Mapping[str, Any]

TABLES = models.Base.metadata.tables
PREFIXES = {
    table.name: mapper.class_.__prefix__
    for mapper in models.Base.registry.mappers
    if isinstance(table := mapper.local_table, Table) and hasattr(mapper.class_, "__prefix__")
}
"""What the public ids of a table's rows begin with."""

CHILDREN = {
    ("Member", "leads"): ("lead", "owner_id", "id"),
    ("Member", "salesLeads"): ("lead", "sales_owner_id", "id"),
    ("Member", "marketingGoals"): ("joint_goal", "marketing_owner_id", "id"),
    ("Member", "salesGoals"): ("joint_goal", "sales_owner_id", "id"),
    ("Member", "contentRequests"): ("content_request", "requester_id", "id"),
    ("Member", "contentDecisions"): ("content_request", "decided_by_id", "id"),
    ("FunnelStage", "entries"): ("stage_transition", "to_stage_id", "id"),
    ("FunnelStage", "exits"): ("stage_transition", "from_stage_id", "id"),
    ("Member", "handoffsGiven"): ("handoff", "from_member_id", "id"),
    ("Member", "handoffsReceived"): ("handoff", "to_member_id", "id"),
    ("Member", "handoffsDecided"): ("handoff", "decided_by_id", "id"),
    ("Lead", "transitions"): ("stage_transition", "journey_id", "journey_id"),
}
"""Connections whose table refers to the parent's in several columns, or not by the parent's id."""


def snake(name: str) -> str:
    """``firstAsset`` as ``first_asset``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def table_of(type_name: str) -> str | None:
    """The table whose rows are the objects of a type; None for a computed type."""
    table = snake(type_name)
    return table if table in PREFIXES else None


def connected_table(type_: GraphQLOutputType) -> str | None:
    """The table whose rows a connection lists; None for another type."""
    named = get_named_type(type_)
    if not isinstance(named, GraphQLObjectType) or not named.name.endswith("Connection"):
        return None
    return table_of(get_named_type(named.fields["nodes"].type).name)


LINKS = {
    name: [
        constraint.column_keys[-1] for constraint in table.foreign_key_constraints if len(constraint.column_keys) > 1
    ]
    for name, table in TABLES.items()
    if "id" not in table.c and name != "external_ref"
}
"""Tables of pairs, and their two columns."""


def referring_column(field: str) -> str:
    """The column behind a relation to one entity."""
    return f"{snake(field)}_id"


def children_of(type_name: str, field: str, child: str) -> tuple[str, str, str]:
    """The table of a connection, its column that refers to the parent, and the parent's column that it equals.

    ``child`` is the table whose rows it lists.
    """
    if (type_name, field) in CHILDREN:
        return CHILDREN[type_name, field]
    parent = table_of(type_name)
    columns = [
        constraint.column_keys[-1]
        for constraint in TABLES[child].foreign_key_constraints
        if constraint.referred_table.name == parent
    ]
    assert len(columns) == 1, f"{type_name}.{field} could be any of {columns}: say which in CHILDREN"
    return child, columns[0], "id"


def many_of(world: World, type_name: str, field: str, child: str, row: Row) -> list[Row]:
    """The rows of ``child`` that a connection of ``row`` lists: those that refer to it, or are paired with it."""
    parent = table_of(type_name)
    for name, columns in LINKS.items():
        ends = {_referred(name, column): column for column in columns}
        if set(ends) == {parent, child}:
            pairs = world.where(name, ends[str(parent)], row["id"])
            return [found for pair in pairs if (found := world.get(child, pair[ends[child]])) is not None]
    table, column, key = children_of(type_name, field, child)
    return world.where(table, column, row[key])


def _referred(table: str, column: str) -> str:
    (name,) = (
        constraint.referred_table.name
        for constraint in TABLES[table].foreign_key_constraints
        if constraint.column_keys[-1] == column
    )
    return name


COLUMNS = {("Handoff", "occurredAt"): "handed_over_at"}
"""Fields that are called otherwise than their columns."""


class World:
    """All rows of one workspace."""

    def __init__(self, workspace: Row, tables: Mapping[str, list[Row]]) -> None:
        self.workspace = workspace
        self.tables = tables
        self._by: dict[tuple[str, str], dict[Any, list[Row]]] = {}

    def where(self, table: str, column: str, value: Any) -> list[Row]:
        """The rows of ``table`` with ``value`` in ``column``; none for null, which equals nothing."""
        if (table, column) not in self._by:
            found: dict[Any, list[Row]] = defaultdict(list)
            for row in self.tables[table]:
                found[row[column]].append(row)
            self._by[table, column] = found
        return [] if value is None else self._by[table, column].get(value, [])

    def get(self, table: str, key: UUID | None) -> Row | None:
        """The row with this id, if there is one."""
        found = self.where(table, "id", key)
        return found[0] if found else None


@lru_cache(maxsize=20)
def not_void(world: World, table: str) -> Sequence[Row]:
    """The rows of a table of events that are not void."""
    return [row for row in world.tables[table] if void_of(world, table, row) is None]


def void_of(world: World, table: str, event: Row) -> Row | None:
    """What says that a row of a table of events is void."""
    said = world.where("event_void", "event_id", event["id"])
    return next((void for void in said if void["event_table"] == table), None)


def look_up(world: World, table: str, arguments: Mapping[str, Any]) -> Row | None:
    """The row that the arguments ``id`` or ``externalRef`` name."""
    if arguments.get("id") is not None:
        return world.get(table, key_of(arguments["id"]))
    wanted = table, arguments["externalRef"]["source"], arguments["externalRef"]["externalId"]
    for reference in world.tables["external_ref"]:
        if (reference["entity"], reference["source"], reference["external_id"]) == wanted:
            return world.get(table, reference["entity_id"])
    return None


async def load(connection: asyncpg.Connection[Any], workspace_id: UUID) -> World:
    """Read the whole workspace by plain SELECTs; ``connection`` must be one that sees every row."""
    tables = {
        name: [_row(name, record) for record in await connection.fetch(str(_all(table)))]
        for name, table in TABLES.items()
    }
    own = {
        name: [row for row in rows if row["workspace_id"] == workspace_id]
        for name, rows in tables.items()
        if name != "workspace"
    }
    workspace = next(row for row in tables["workspace"] if row["id"] == workspace_id)
    return World(workspace, {**own, "workspace": [workspace]})


def _all(table: Table) -> Select[Any]:
    """All rows; JSON as text, because connections differ in what they make of it."""
    columns = table.columns.values()
    return select(*(cast(one, Text).label(one.name) if isinstance(one.type, JSONB) else one for one in columns))


def _row(table: str, record: asyncpg.Record) -> Row:
    row = dict(record)
    for column in TABLES[table].columns:
        if isinstance(column.type, JSONB) and row[column.name] is not None:
            row[column.name] = json.loads(row[column.name])
    return row


def public_id(table: str, key: UUID) -> str:
    """What the API calls a row."""
    return f"{PREFIXES[table]}_{key}"


def key_of(identifier: str) -> UUID:
    """The id of the row that the API calls so."""
    return UUID(identifier.rpartition("_")[2])
