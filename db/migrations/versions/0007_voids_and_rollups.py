"""Voided events, and what usage adds up to by day and month."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from db.migrations.tables import column, create_entity, create_index, references, term, text, time, uuid
from db.migrations.tenancy import protect

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ACTIONS = ("VIEWED", "SHARED", "SENT", "PRESENTED", "DOWNLOADED", "CUSTOMIZED", "RECREATED")
DERIVED = ["rollup_state", "usage_delta", "usage_by_asset", "usage_by_member", "usage_by_asset_and_member"]


def upgrade() -> None:
    create_event_void()
    create_rollup_state()
    create_usage_delta()
    create_usage_rollup("usage_by_asset", "asset_id")
    create_usage_rollup("usage_by_member", "member_id")
    create_usage_rollup("usage_by_asset_and_member", "asset_id", "member_id")
    for table in ("usage_by_asset", "usage_by_asset_and_member"):
        create_index(table, "asset_id", "span", "starts_on")
    protect("event_void", append_only=True)
    for table in DERIVED:
        protect(table)


def downgrade() -> None:
    for table in [*DERIVED, "event_void"]:
        op.drop_table(table)


def create_event_void() -> None:
    create_entity(
        "event_void",
        term("event_table", ("content_usage", "touchpoint", "stage_transition")),
        uuid("event_id"),
        text("reason"),
        uuid("member_id", null=True),
        time("voided_at"),
        references("member_id", "member"),
        sa.UniqueConstraint("workspace_id", "event_table", "event_id"),
        sa.CheckConstraint("reason <> ''", name="reason_said"),
    )
    create_index("event_void", "member_id")


def create_rollup_state() -> None:
    op.create_table(
        "rollup_state",
        uuid("workspace_id"),
        text("time_zone"),
        time("built_at"),
        sa.PrimaryKeyConstraint("workspace_id"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], ondelete="CASCADE"),
    )


def create_usage_delta() -> None:
    op.create_table(
        "usage_delta",
        uuid("workspace_id"),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        column("sign", sa.SmallInteger()),
        uuid("asset_id"),
        uuid("member_id", null=True),
        term("action", ACTIONS),
        column("minutes", sa.Numeric(), null=True),
        time("occurred_at"),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], ondelete="CASCADE"),
        sa.CheckConstraint("sign IN (1, -1)", name="sign_known"),
    )
    # Rows are written once, and all of them are deleted soon: without this the table would fill with dead ones.
    op.execute(
        "ALTER TABLE usage_delta SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,"
        " autovacuum_vacuum_insert_scale_factor = 0)"
    )


def create_usage_rollup(name: str, *keys: str) -> None:
    op.create_table(
        name,
        uuid("workspace_id"),
        term("span", ("DAY", "MONTH")),
        column("starts_on", sa.Date()),
        *(uuid(key) for key in keys),
        *(column(action.lower(), sa.Integer()) for action in ACTIONS),
        *(column(minutes, sa.Numeric()) for minutes in ("minutes", "customized_minutes", "recreated_minutes")),
        sa.PrimaryKeyConstraint("workspace_id", "span", "starts_on", *keys),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], ondelete="CASCADE"),
    )
