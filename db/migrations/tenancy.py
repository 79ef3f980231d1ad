"""What a migration does to a new table so that no workspace sees another's rows, and no partner what is not shared.

Every new tenant table is passed to :func:`protect` once, after its foreign keys exist. A cluster such as Citus
distributes tables by ``workspace_id``: that step belongs here too, at the end of :func:`protect`. Partners have no
right to a table until it is passed to :func:`share`.
"""

from __future__ import annotations

from alembic import op

from db.engine import PARTNER_ROLE, SERVER_ROLE

_CURRENT = "(SELECT NULLIF(current_setting('wavelength.workspace', true), '')::uuid)"
"""A sub-select, so that a statement reads the setting once for each table and not each time it looks into one."""

TEAM = "(SELECT NULLIF(current_setting('wavelength.partner_team', true), '')::uuid)"
"""The team of the partner who reads, for the conditions of :func:`share`; null where there is none."""


def create_server_role() -> None:
    """Create the role that the server acts as, unless it exists, and let the migrating user act as it.

    Roles belong to the whole server, so another database's migration may have made it already.
    """
    _create_role(SERVER_ROLE)
    # Whether the server is ready is whether the revision is the one it knows.
    op.execute(f"GRANT SELECT ON alembic_version TO {SERVER_ROLE}")


def create_partner_role() -> None:
    """Create the role that partners' queries act as, in the same way. It has no right to anything yet."""
    _create_role(PARTNER_ROLE)


def protect(table: str, *, append_only: bool = False) -> None:
    """Show and admit only rows of the transaction's workspace, to the owner too; let the server read and write.

    Rows of an ``append_only`` table can be added but neither changed nor deleted.
    """
    _isolate(table, "workspace_id")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    changes = "SELECT, INSERT" if append_only else "SELECT, INSERT, UPDATE, DELETE"
    # MAINTAIN lets it ANALYZE what it has filled.
    op.execute(f"GRANT {changes}, MAINTAIN ON {table} TO {SERVER_ROLE}")


def protect_workspace() -> None:
    """Show the server only the transaction's workspace, read-only.

    Not forced on the owner, who creates workspaces and finds them by their slug.
    """
    _isolate("workspace", "id")
    op.execute(f"GRANT SELECT ON workspace TO {SERVER_ROLE}")


def share(table: str, only: str | None = None) -> None:
    """Let partners read a table: its rows for which the condition ``only`` is true, or all of the workspace.

    A restrictive policy is added to the others with AND, and costs nobody but the role it is for. A table that
    ``only`` looks into shows it what partners see there.
    """
    op.execute(f"GRANT SELECT ON {table} TO {PARTNER_ROLE}")
    if only is not None:
        op.execute(
            f"CREATE POLICY {table}_sharing ON {table} AS RESTRICTIVE FOR SELECT TO {PARTNER_ROLE} USING ({only})"
        )


def unshare(table: str) -> None:
    """Take back what :func:`share` gave."""
    op.execute(f"DROP POLICY IF EXISTS {table}_sharing ON {table}")
    op.execute(f"REVOKE ALL ON {table} FROM {PARTNER_ROLE}")


def _create_role(role: str) -> None:
    op.execute(f"""
        DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
                CREATE ROLE {role} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
            END IF;
            IF NOT pg_has_role(current_user, '{role}', 'SET') THEN
                EXECUTE format('GRANT {role} TO %I', current_user);
            END IF;
        END $$
    """)


def _isolate(table: str, column: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY {table}_isolation ON {table} USING ({column} = {_CURRENT}) WITH CHECK ({column} = {_CURRENT})"
    )
