"""What a migration does to a new table so that no workspace sees another's rows.

Every new tenant table is passed to :func:`protect` once, after its foreign keys exist. A cluster such as Citus
distributes tables by ``workspace_id``: that step belongs here too, at the end of :func:`protect`.
"""

from __future__ import annotations

from alembic import op

from db.engine import SERVER_ROLE

_CURRENT = "(SELECT NULLIF(current_setting('wavelength.workspace', true), '')::uuid)"
"""A sub-select, so that a statement reads the setting once for each table and not each time it looks into one."""


def create_server_role() -> None:
    """Create the role that the server acts as, unless it exists, and let the migrating user act as it.

    Roles belong to the whole server, so another database's migration may have made it already.
    """
    op.execute(f"""
        DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{SERVER_ROLE}') THEN
                CREATE ROLE {SERVER_ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
            END IF;
            IF NOT pg_has_role(current_user, '{SERVER_ROLE}', 'SET') THEN
                EXECUTE format('GRANT {SERVER_ROLE} TO %I', current_user);
            END IF;
        END $$
    """)
    # Whether the server is ready is whether the revision is the one it knows.
    op.execute(f"GRANT SELECT ON alembic_version TO {SERVER_ROLE}")


def protect(table: str, *, append_only: bool = False) -> None:
    """Show and admit only rows of the transaction's workspace, to the owner too; let the server read and write.

    Rows of an ``append_only`` table can be added but neither changed nor deleted.
    """
    _isolate(table, "workspace_id")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"GRANT {'SELECT, INSERT' if append_only else 'SELECT, INSERT, UPDATE, DELETE'} ON {table} TO {SERVER_ROLE}"
    )


def protect_workspace() -> None:
    """Show the server only the transaction's workspace, read-only.

    Not forced on the owner, who creates workspaces and finds them by their slug.
    """
    _isolate("workspace", "id")
    op.execute(f"GRANT SELECT ON workspace TO {SERVER_ROLE}")


def _isolate(table: str, column: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY {table}_isolation ON {table} USING ({column} = {_CURRENT}) WITH CHECK ({column} = {_CURRENT})"
    )
