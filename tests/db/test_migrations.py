"""The migrations make exactly what the models say, and the rows of a workspace are its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import migrations
from db.engine import PARTNER_ROLE, SERVER_ROLE, create_engine, workspace_transaction
from db.models import Base, Team, Workspace
from tests.conftest import MadeWorkspace, WorkspaceFactory

APPEND_ONLY = {
    mapper.class_.__tablename__ for mapper in Base.registry.mappers if getattr(mapper.class_, "__append_only__", False)
}
TENANT_TABLES = sorted(name for name in Base.metadata.tables if name != "workspace")

DEFINITIONS = text("""
    SELECT 'column', table_name, column_name,
           concat_ws(' ', data_type, udt_name, is_nullable, column_default, is_identity, identity_generation)
    FROM information_schema.columns WHERE table_schema = :schema AND table_name <> 'alembic_version'
    UNION ALL
    SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = CAST(:schema AS regnamespace)
    UNION ALL
    SELECT 'index', tablename, indexname, replace(indexdef, ' ON ' || schemaname || '.', ' ON ')
    FROM pg_indexes WHERE schemaname = :schema AND tablename <> 'alembic_version'
""")


async def definitions(connection: AsyncConnection, schema: str) -> set[tuple[Any, ...]]:
    """Every column, constraint and index of a schema, as PostgreSQL words them."""
    await connection.execute(text("SELECT set_config('search_path', :schema, true)"), {"schema": schema})
    rows = await connection.execute(DEFINITIONS, {"schema": schema})
    return {tuple(row) for row in rows if "alembic_version" not in row[1]}


async def test_migrations_make_what_the_models_say(owner_engine: AsyncEngine) -> None:
    async with owner_engine.connect() as connection:
        await connection.execute(text("CREATE SCHEMA modelled"))
        await connection.execute(text("SET LOCAL search_path TO modelled"))
        await connection.run_sync(Base.metadata.create_all)
        modelled = await definitions(connection, "modelled")
        migrated = await definitions(connection, "public")
        await connection.rollback()
    assert migrated == modelled
    assert len(modelled) > 300


async def test_a_second_upgrade_changes_nothing(database_url: str) -> None:
    await migrations.upgrade(database_url)
    await migrations.check(database_url)


async def test_downgrade_and_upgrade_again(owner_engine: AsyncEngine, database_url: str) -> None:
    """In a schema of its own, because other tests use the tables."""
    engine = create_engine(database_url, role=None, pool_size=1)
    async with engine.connect() as connection:
        await connection.execute(text("CREATE SCHEMA elsewhere"))
        await connection.execute(text("SET LOCAL search_path TO elsewhere"))
        counts = [
            await tables_after(connection, command.upgrade, "head"),
            await tables_after(connection, command.downgrade, "base"),
            await tables_after(connection, command.upgrade, "head"),
        ]
        await connection.rollback()
    await engine.dispose()
    assert counts == [len(Base.metadata.tables) + 1, 1, len(Base.metadata.tables) + 1]


async def tables_after(connection: AsyncConnection, work: Callable[[Config, str], None], revision: str) -> int:
    await connection.run_sync(lambda sync: work(migrations.configuration(sync), revision))
    tables = await connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'elsewhere'"))
    return len(tables.all())


@pytest.mark.parametrize("name", [SERVER_ROLE, PARTNER_ROLE])
async def test_who_reads_is_neither_owner_nor_superuser(database_url: str, name: str) -> None:
    engine = create_engine(database_url, role=name, pool_size=1)
    async with engine.connect() as connection:
        role = (
            await connection.execute(
                text(
                    "SELECT current_user, rolsuper, rolbypassrls, rolcanlogin,"
                    " (SELECT count(*) FROM pg_class WHERE relowner = r.oid)"
                    " FROM pg_roles r WHERE rolname = current_user"
                )
            )
        ).one()
    await engine.dispose()
    assert tuple(role) == (name, False, False, False, 0)


@pytest.mark.parametrize("table", TENANT_TABLES)
async def test_every_tenant_table_is_protected(owner_engine: AsyncEngine, table: str) -> None:
    async with owner_engine.connect() as connection:
        state = (
            await connection.execute(
                text(
                    "SELECT relrowsecurity, relforcerowsecurity,"
                    " (SELECT string_agg(pg_get_expr(polqual, polrelid) || '/' ||"
                    "                    pg_get_expr(polwithcheck, polrelid) || '/' || polcmd::text, ',')"
                    "  FROM pg_policy WHERE polrelid = c.oid AND polpermissive),"
                    " has_table_privilege('wavelength_server', oid, 'INSERT'),"
                    " has_table_privilege('wavelength_server', oid, 'UPDATE'),"
                    " has_table_privilege('wavelength_server', oid, 'DELETE'),"
                    " has_table_privilege('wavelength_server', oid, 'TRUNCATE')"
                    " FROM pg_class c WHERE oid = CAST(:table AS regclass)"
                ),
                {"table": table},
            )
        ).one()
    setting = "( SELECT (NULLIF(current_setting('wavelength.workspace'::text, true), ''::text))::uuid AS \"nullif\")"
    current = f"(workspace_id = {setting})"
    changeable = table not in APPEND_ONLY
    assert tuple(state) == (True, True, f"{current}/{current}/*", True, changeable, changeable, False)


async def test_without_a_workspace_nothing_is_seen(engine: AsyncEngine, workspace: MadeWorkspace) -> None:
    async with engine.connect() as connection:
        counts = [
            await connection.scalar(select(func.count()).select_from(table)) for table in Base.metadata.tables.values()
        ]
    assert set(counts) == {0}


async def test_a_workspace_sees_and_writes_its_own_rows_only(
    engine: AsyncEngine, make_workspace: WorkspaceFactory
) -> None:
    ours, theirs = await make_workspace(), await make_workspace()
    for made in (ours, theirs):
        async with workspace_transaction(engine, made.id) as connection:
            await connection.execute(insert(Team).values(_team(made.id)))
    async with workspace_transaction(engine, ours.id) as connection:
        assert list(await connection.scalars(select(Team.workspace_id))) == [ours.id]
        assert list(await connection.scalars(select(Workspace.id))) == [ours.id]
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with workspace_transaction(engine, ours.id) as connection:
            await connection.execute(insert(Team).values(_team(theirs.id)))


async def test_the_workspace_is_forgotten_with_the_transaction(database_url: str, workspace: MadeWorkspace) -> None:
    engine = create_engine(database_url, pool_size=1)
    async with workspace_transaction(engine, workspace.id) as connection:
        assert await connection.scalar(select(func.count()).select_from(Workspace)) == 1
    async with engine.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(Workspace)) == 0
    await engine.dispose()


async def test_the_server_does_not_write_workspaces(engine: AsyncEngine) -> None:
    workspace_id = uuid4()
    with pytest.raises(ProgrammingError, match="permission denied for table workspace"):
        async with workspace_transaction(engine, workspace_id) as connection:
            await connection.execute(insert(Workspace).values(id=workspace_id, slug="intruder", name="Intruder"))


def _team(workspace_id: UUID) -> dict[str, object]:
    return {"workspace_id": workspace_id, "name": "Field", "department": "SALES"}
