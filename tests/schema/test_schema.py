"""The schema as clients see it: described throughout, committed as it is, readable, and closed to whom it should be."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_specified_scalar_type,
)
from sqlalchemy.ext.asyncio import AsyncEngine
from strawberry.schema.schema_converter import GraphQLCoreConverter

from db.engine import asyncpg_dsn, server_settings
from db.models import Role
from db.seed import seed
from resolvers.compiler.errors import ApiError, Code
from schema.build import schema, vocabulary
from schema.fields import ROLES
from tests.conftest import WorkspaceFactory
from tests.oracle.rows import World, load
from tests.oracle.server import Server

SCHEMA = vocabulary.schema
BACKREF = GraphQLCoreConverter.DEFINITION_BACKREF
TYPES = {
    name: type_
    for name, type_ in SCHEMA.type_map.items()
    if not name.startswith("__") and not is_specified_scalar_type(type_)
}
READERS = (Role.VIEWER, Role.CONTRIBUTOR, Role.MANAGER, Role.ADMIN)


SENTENCE = re.compile(r"[A-Z`].+[.?]", re.DOTALL)
PLACEHOLDER = re.compile(r"\b(todo|tbd|fixme|xxx|lorem|placeholder)\b|\.\.\.|…", re.IGNORECASE)


def test_everything_is_described() -> None:
    assert {where for where, text in _described() if text is None or not SENTENCE.fullmatch(text)} == set()
    assert {where for where, text in _described() if text is not None and PLACEHOLDER.search(text)} == set()


def _described() -> list[tuple[str, str | None]]:
    found = [(name, type_.description) for name, type_ in TYPES.items()]
    for name, type_ in TYPES.items():
        if isinstance(type_, (GraphQLObjectType, GraphQLInterfaceType)):
            for field_name, field in type_.fields.items():
                found.append((f"{name}.{field_name}", field.description))
                found += [(f"{name}.{field_name}({key}:)", given.description) for key, given in field.args.items()]
        elif isinstance(type_, GraphQLInputObjectType):
            found += [(f"{name}.{key}", field.description) for key, field in type_.fields.items()]
        elif isinstance(type_, GraphQLEnumType):
            found += [(f"{name}.{key}", value.description) for key, value in type_.values.items()]
    return found


def test_the_committed_schema_is_the_schema() -> None:
    committed = Path(__file__).parents[2] / "schema" / "schema.graphql"
    assert committed.read_text().strip() == schema.as_str().strip(), "write it anew: wavelength schema"


def test_what_has_an_id_is_a_node() -> None:
    objects = {name: type_ for name, type_ in TYPES.items() if isinstance(type_, GraphQLObjectType)}
    with_id = {name for name, type_ in objects.items() if "id" in type_.fields}
    assert with_id == {name for name, type_ in objects.items() if SCHEMA.type_map["Node"] in type_.interfaces} != set()


def test_a_list_of_entities_is_a_connection() -> None:
    lists = {
        (name, field_name)
        for name, type_ in TYPES.items()
        if isinstance(type_, (GraphQLObjectType, GraphQLInterfaceType))
        for field_name, field in type_.fields.items()
        if is_list_type(get_nullable_type(field.type)) and _is_node(get_named_type(field.type))
    }
    assert {(name, field) for name, field in lists if field != "nodes" or not name.endswith("Connection")} == {
        ("Query", "nodes")
    }


def _is_node(type_: GraphQLNamedType) -> bool:
    return type_.name == "Node" or type_.name in vocabulary.entities


@pytest.fixture(scope="session")
async def world(engine: AsyncEngine, database_url: str, make_workspace: WorkspaceFactory) -> World:
    """The demo company, in which every field that exists has something to show."""
    made = await make_workspace()
    await seed(engine, made.id, lambda _step: None)
    connection = await asyncpg.connect(asyncpg_dsn(database_url))
    try:
        return await load(connection, made.id)
    finally:
        await connection.close()


@pytest.fixture
async def connection(database_url: str, world: World) -> AsyncIterator[asyncpg.Connection[Any]]:
    opened = await asyncpg.connect(asyncpg_dsn(database_url), server_settings=server_settings())
    await opened.execute("SELECT set_config('wavelength.workspace', $1, false)", str(world.workspace["id"]))
    yield opened
    await opened.close()


ENTITIES = sorted(vocabulary.entities)


@pytest.mark.parametrize("name", ENTITIES)
async def test_every_field_of_an_entity_can_be_read_by_an_admin(
    connection: asyncpg.Connection[Any], world: World, name: str
) -> None:
    server = Server(connection, world.workspace, Role.ADMIN)
    type_ = SCHEMA.type_map[name]
    assert isinstance(type_, GraphQLObjectType)
    for field_name, field in type_.fields.items():
        root = _connection_of(name)
        answer = await server.data(f"{{ {root}(first: 3) {{ nodes {{ {_selected(field_name, field)} }} }} }}")
        assert len(answer[root]["nodes"]) == min(3, len(world.tables[vocabulary.entities[name].table.name])) > 0
        for node in answer[root]["nodes"]:
            assert list(node) == [field_name]
            assert node[field_name] is not None or not is_non_null_type(field.type)


def _selected(name: str, field: GraphQLField) -> str:
    """The field with what it needs: required arguments, a page, something of what it leads to."""
    arguments = [
        f"{key}: {_usual(key)}" for key, given in field.args.items() if is_non_null_type(given.type) or key == "first"
    ]
    inner = get_named_type(field.type)
    below = (
        "" if is_leaf_type(inner) else "{ totalCount nodes { id } }" if "orderBy" in field.args else "{ __typename }"
    )
    given = f"({', '.join(arguments)})" if arguments else ""
    return f"{name}{given} {below}"


def _usual(argument: str) -> str:
    return {"period": "{window: ALL_TIME}", "first": "2"}[argument]


def _connection_of(entity: str) -> str:
    """The query's field for all entities of a type."""
    assert SCHEMA.query_type is not None
    found: list[str] = [
        name
        for name, field in SCHEMA.query_type.fields.items()
        if "orderBy" in field.args and (target := vocabulary.target(field)) is not None and target.name == entity
    ]
    assert len(found) == 1
    return found[0]


async def refusal(server: Server, document: str) -> str | None:
    """The code with which a document is refused, before any statement is run."""
    server.statements.clear()
    try:
        await server.data(document)
    except ApiError as error:
        assert server.statements == []
        return error.code.value
    return None


IDS = {name: f"{entity.prefix}_00000000-0000-7000-8000-000000000000" for name, entity in vocabulary.entities.items()}
OPEN = {
    *("Workspace", "Persona", "PersonaQuestion", "BuyingStage", "FunnelStage", "Channel"),
    *("Team", "Member", "Account", "Contact", "Lead", "Opportunity", "BuyingGroupMember"),
    *("ContentAsset", "ContentMapping"),
}
"""What is for everyone: of the first line all, of the others partners see what is shared with them."""
CLOSED = [name for name in ENTITIES if name not in OPEN]
ROOTS = {
    **{name: f"{{ {_connection_of(name)}(first: 1) {{ totalCount }} }}" for name in CLOSED},
    **{f"{name} by id": f'{{ node(id: "{IDS[name]}") {{ id }} }}' for name in CLOSED},
    **{f"{name} among several": f'{{ nodes(ids: ["{IDS[name]}"]) {{ id }} }}' for name in CLOSED},
    "stageConversion": '{ stageConversion(from: "mql", to: "won", period: {window: ALL_TIME}) { entered } }',
    "contentUsage": "{ contentUsage(period: {window: ALL_TIME}) { nodes { uses } } }",
    "what their own member did": "{ viewer { member { usages(first: 1) { totalCount } } } }",
    "a lead's journey": "{ leads(first: 1) { nodes { journey { id } } } }",
    "an account's timeline": "{ accounts(first: 1) { nodes { timeline { totalCount } } } }",
    "an asset's usage": "{ contentAssets(first: 1) { nodes { usage(period: {window: ALL_TIME}) { uses } } } }",
    "leads by their usages": "{ leads(filter: {usages: {none: {}}}) { totalCount } }",
}


@pytest.mark.parametrize("what", ROOTS)
async def test_what_is_closed_to_partners(connection: asyncpg.Connection[Any], world: World, what: str) -> None:
    assert await refusal(Server(connection, world.workspace, Role.PARTNER), ROOTS[what]) == Code.FORBIDDEN


async def test_partners_may_read_who_they_are(connection: asyncpg.Connection[Any], world: World) -> None:
    server = Server(connection, world.workspace, Role.PARTNER)
    answer = await server.data("{ viewer { role workspace { slug } } }")
    assert answer == {"viewer": {"role": "PARTNER", "workspace": {"slug": world.workspace["slug"]}}}


def test_every_root_field_states_who_may_use_it() -> None:
    assert SCHEMA.query_type is not None
    assert SCHEMA.mutation_type is not None
    stated = {name: set(vocabulary.roles["Query", name]) for name in SCHEMA.query_type.fields}
    everyone = {name for name, roles in stated.items() if roles == set(Role)}
    targets = {name: vocabulary.target(field) for name, field in SCHEMA.query_type.fields.items()}
    of_entities = {name for name, target in targets.items() if target is not None and target.name in OPEN}
    assert everyone == {"node", "nodes", "viewer", "contentFor"} | of_entities
    assert {name for name, roles in stated.items() if roles == {Role.ADMIN}} == {"apiToken", "apiTokens"}
    managed = {name for name, roles in stated.items() if roles == {Role.MANAGER, Role.ADMIN}}
    assert managed == {"auditEntry", "auditEntries"}
    readable = {name for name, roles in stated.items() if roles == set(READERS)}
    assert readable == stated.keys() - everyone - managed - {"apiToken", "apiTokens"}
    declared = {name: field.extensions[BACKREF] for name, field in SCHEMA.mutation_type.fields.items()}
    writers = {name: set(field.metadata[ROLES]) for name, field in declared.items()}
    contributors = {Role.CONTRIBUTOR, Role.MANAGER, Role.ADMIN}
    recorded = ("contentUsageRecord", "contentUsageVoid", "stageTransitionVoid", "touchpointVoid")
    assert writers == dict.fromkeys(recorded, contributors)


TOKENS = {
    "all": "{ apiTokens(first: 1) { nodes { name } } }",
    "their number": "{ apiTokens { totalCount } }",
    "one": f'{{ apiToken(id: "{IDS["ApiToken"]}") {{ id }} }}',
    "one by external id": '{ apiToken(externalRef: {source: "crm", externalId: "1"}) { id } }',
    "one by id": f'{{ node(id: "{IDS["ApiToken"]}") {{ id }} }}',
    "one among several": f'{{ nodes(ids: ["{IDS["Lead"]}", "{IDS["ApiToken"]}"]) {{ id }} }}',
    "a member's": "{ members(first: 1) { nodes { apiTokens(first: 1) { totalCount } } } }",
    "a member's, by a filter": '{ members(first: 1, filter: {apiTokens: {some: {name: {contains: "x"}}}}) { totalCount } }',
    "none of a member, by a filter": "{ members(filter: {apiTokens: {none: {}}}) { totalCount } }",
    "by a filter two relations away": "{ leads(filter: {owner: {not: {apiTokens: {some: {}}}}}) { totalCount } }",
}


@pytest.mark.parametrize("what", TOKENS)
@pytest.mark.parametrize("role", READERS)
async def test_only_admins_read_tokens(
    connection: asyncpg.Connection[Any], world: World, role: Role, what: str
) -> None:
    expected = None if role is Role.ADMIN else Code.FORBIDDEN
    assert await refusal(Server(connection, world.workspace, role), TOKENS[what]) == expected


AUDIT = {
    "all": "{ auditEntries(first: 1) { nodes { action } } }",
    "one by id": f'{{ node(id: "{IDS["AuditEntry"]}") {{ id }} }}',
    "a member's": "{ members(first: 1) { nodes { auditEntries(first: 1) { totalCount } } } }",
    "a member's, by a filter": '{ members(filter: {auditEntries: {some: {subjectType: {eq: "Lead"}}}}) { totalCount } }',
}


@pytest.mark.parametrize("what", AUDIT)
@pytest.mark.parametrize("role", READERS)
async def test_only_managers_and_admins_read_who_changed_what(
    connection: asyncpg.Connection[Any], world: World, role: Role, what: str
) -> None:
    expected = None if role in {Role.MANAGER, Role.ADMIN} else Code.FORBIDDEN
    assert await refusal(Server(connection, world.workspace, role), AUDIT[what]) == expected


async def test_a_manager_reads_no_token_behind_a_change(connection: asyncpg.Connection[Any], world: World) -> None:
    document = "{ auditEntries(first: 1) { nodes { apiToken { name } } } }"
    assert await refusal(Server(connection, world.workspace, Role.MANAGER), document) == Code.FORBIDDEN
    assert await refusal(Server(connection, world.workspace, Role.ADMIN), document) is None


@pytest.mark.parametrize("role", READERS)
async def test_readers_read_what_happens(connection: asyncpg.Connection[Any], world: World, role: Role) -> None:
    answer = await Server(connection, world.workspace, role).data("{ leads(first: 1) { totalCount } viewer { role } }")
    assert answer == {"leads": {"totalCount": len(world.tables["lead"])}, "viewer": {"role": role.value}}
