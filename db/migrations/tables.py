"""Short words for the tables of a migration, with the columns and keys that every tenant table has.

Released migrations are written in these words, so their meaning must not change: add new ones instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql


def column(name: str, kind: Any, default: str | None = None, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=null, server_default=None if default is None else sa.text(default))


def uuid(name: str, *, null: bool = False) -> sa.Column[Any]:
    return column(name, sa.Uuid(), null=null)


def text(name: str, *, null: bool = False) -> sa.Column[Any]:
    return column(name, sa.Text(), null=null)


def texts(name: str) -> sa.Column[Any]:
    return column(name, postgresql.ARRAY(sa.Text()), "'{}'")


def time(name: str, default: str | None = None, *, null: bool = False) -> sa.Column[Any]:
    return column(name, sa.DateTime(timezone=True), default, null=null)


def term(name: str, values: Sequence[str], *, null: bool = False) -> sa.Column[Any]:
    allowed = ", ".join(f"'{value}'" for value in values)
    return sa.Column(name, sa.Text(), sa.CheckConstraint(f"{name} IN ({allowed})", name=f"{name}_known"), nullable=null)


def references(name: str, table: str, ondelete: str = "RESTRICT") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["workspace_id", name], [f"{table}.workspace_id", f"{table}.id"], ondelete=ondelete)


def create_entity(name: str, *parts: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        uuid("workspace_id"),
        column("id", sa.Uuid(), "uuidv7()"),
        *parts,
        time("created_at", "now()"),
        time("updated_at", "now()"),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], ondelete="CASCADE"),
    )


def create_link(name: str, **ends: str) -> None:
    """A table of pairs: each of two columns, and the table that it refers to."""
    near, far = ends
    op.create_table(
        name,
        uuid("workspace_id"),
        uuid(near),
        uuid(far),
        sa.PrimaryKeyConstraint("workspace_id", near, far),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], ondelete="CASCADE"),
        *(references(column_, table, "CASCADE") for column_, table in ends.items()),
    )
    create_index(name, far, near)


def create_index(table: str, *columns: str) -> None:
    op.create_index(None, table, ["workspace_id", *columns])


def create_partial_index(table: str, column_: str, *columns: str) -> None:
    """An index of the rows that have a value in ``column_``."""
    op.create_index(
        None, table, ["workspace_id", column_, *columns], postgresql_where=sa.text(f"{column_} IS NOT NULL")
    )


def add_reference(table: str, column_: str, referred: str) -> None:
    op.create_foreign_key(None, table, referred, ["workspace_id", column_], ["workspace_id", "id"], ondelete="RESTRICT")
