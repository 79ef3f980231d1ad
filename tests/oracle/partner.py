"""What a partner sees, told over all rows in plain Python, and operations that a partner may send."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any
from uuid import UUID

from graphql import (
    REMOVE,
    FieldDefinitionNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InputValueDefinitionNode,
    ListTypeNode,
    Node,
    NonNullTypeNode,
    TypeDefinitionNode,
    Visitor,
    build_ast_schema,
    parse,
    print_schema,
    value_from_ast,
    visit,
)

from db.models import Role
from resolvers.compiler.vocabulary import Vocabulary
from tests.oracle.arguments import ArgumentDraws
from tests.oracle.generator import Generator
from tests.oracle.pages import Place
from tests.oracle.rows import PREFIXES, Row, World, key_of, table_of

VOCABULARY = ("workspace", "persona", "buying_stage", "persona_question", "funnel_stage", "channel")
"""What everybody must mean the same by."""
LIMITED = (
    *("team", "account", "lead", "opportunity", "content_asset"),
    *("content_mapping", "contact", "buying_group_member", "member"),
)
"""What partners see in part. Of other tables but the external references to these they see nothing."""
_SUFFIXES = ("", "Connection", "Edge", "Filter", "ListFilter", "Order", "OrderField")


def seen_by_partner(world: World, team_id: UUID | None) -> World:
    """The world as the members of a partner's team see it; None is the team of a partner who has none."""
    seen: dict[str, list[Row]] = {name: list(rows) if name in VOCABULARY else [] for name, rows in world.tables.items()}

    def keep(table: str, is_seen: Callable[[Row], bool]) -> set[UUID]:
        seen[table] = [row for row in world.tables[table] if team_id is not None and is_seen(row)]
        return {row["id"] for row in seen[table] if "id" in row}

    keep("team", lambda row: row["id"] == team_id)
    accounts = keep("account", lambda row: row["partner_team_id"] == team_id)
    keep("lead", lambda row: row["partner_team_id"] == team_id)
    opportunities = keep("opportunity", lambda row: row["partner_team_id"] == team_id)
    assets = keep("content_asset", lambda row: row["for_partners"])
    keep("content_mapping", lambda row: row["asset_id"] in assets)
    contacts = keep("contact", lambda row: row["account_id"] in accounts)
    keep("buying_group_member", lambda row: row["opportunity_id"] in opportunities and row["contact_id"] in contacts)
    owned = [row for table in ("account", "lead", "opportunity", "content_asset") for row in seen[table]]
    owners = {row[column] for row in owned for column in ("owner_id", "sales_owner_id") if column in row}
    keep("member", lambda row: row["team_id"] == team_id or row["id"] in owners)
    known = {(table, row["id"]) for table, rows in seen.items() for row in rows if table in PREFIXES}
    seen["external_ref"] = [row for row in world.tables["external_ref"] if (row["entity"], row["entity_id"]) in known]
    return World(world.workspace, seen)


def partners_schema(vocabulary: Vocabulary) -> GraphQLSchema:
    """The schema without what is closed to partners."""
    pruned = visit(parse(print_schema(vocabulary.schema)), _Pruning(vocabulary))
    schema = build_ast_schema(pruned, assume_valid_sdl=True)
    for given in _inputs(schema):
        # A schema that is read from text keeps defaults as they are written; the draws want their values.
        if given.default is not None:
            given.default_value = value_from_ast(given.default.literal, given.type)
    return schema


def _inputs(schema: GraphQLSchema) -> Iterator[GraphQLArgument | GraphQLInputField]:
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLInputObjectType):
            yield from type_.fields.values()
        elif isinstance(type_, (GraphQLObjectType, GraphQLInterfaceType)):
            yield from (given for field in type_.fields.values() for given in field.args.values())


class _Pruning(Visitor):
    """Drops the types of what is closed, and all fields that lead there or are closed themselves."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        closed = {name for name, entity in vocabulary.entities.items() if Role.PARTNER not in entity.roles}
        self.dropped = {f"{name}{suffix}" for name in closed for suffix in _SUFFIXES} | {"Mutation"}
        self.roles = vocabulary.roles
        self.type = ""

    def enter(self, node: Node, *_place: Any) -> Any:
        if isinstance(node, TypeDefinitionNode):
            self.type = node.name.value
            return REMOVE if self.type in self.dropped else None
        if isinstance(node, FieldDefinitionNode):
            readers = self.roles.get((self.type, node.name.value))
            is_open = _named(node.type) not in self.dropped and (readers is None or Role.PARTNER in readers)
            return None if is_open else REMOVE
        if isinstance(node, InputValueDefinitionNode):
            return REMOVE if _named(node.type) in self.dropped else None
        return None


def _named(type_: Any) -> str:
    while isinstance(type_, (ListTypeNode, NonNullTypeNode)):
        type_ = type_.type
    name: str = type_.name.value
    return name


class PartnerGenerator(Generator):
    """Draws what a partner may send; the values in it are of all rows, whether they are seen or not."""

    def __init__(self, schema: GraphQLSchema, world: World, seen: World, random: Random) -> None:
        super().__init__(schema, world, random)
        self.draws = _Draws(schema, random, world)
        self.draws.seen = seen
        self.chance = self.draws.chance


class _Draws(ArgumentDraws):
    seen: World

    def _page(self, definition: GraphQLField) -> tuple[dict[str, Any], int]:
        given, count = super()._page(definition)
        for name in {"after", "before"} & given.keys():
            place = Place.parse(given[name])
            # The oracle places a cursor by its row.
            if self.seen.get(place.table, key_of(place.id)) is None:
                del given[name]
        return given, count

    def _any_id(self) -> str:
        tables = [table for name in self.schema.type_map if (table := table_of(name)) is not None]
        return self._id(self.random.choice(sorted(tables)))
