"""What touchpoints and entries to stages add up to, and the sets of members who used an asset."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from db.migrations.tables import column, create_index, term, text, time, uuid
from db.migrations.tenancy import protect

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ACTIONS = ("viewed", "shared", "sent", "presented", "downloaded", "customized", "recreated")
TABLES = [
    "usage_place",
    "users_by_asset",
    "touchpoint_delta",
    "touchpoints_by_channel",
    "touchpoints_by_campaign",
    "entry_delta",
    "entries_by_stage",
]


def upgrade() -> None:
    op.drop_table("usage_by_asset_and_member")
    create_derived("usage_place", uuid("member_id"), column("place", sa.Integer()), keys=["member_id"])
    create_rollup(
        "users_by_asset",
        uuid("asset_id"),
        column("block", sa.Integer()),
        *(column(action, postgresql.BIT(128)) for action in ACTIONS),
        keys=["asset_id", "block"],
    )
    create_index("users_by_asset", "asset_id", "span", "starts_on")
    create_delta(
        "touchpoint_delta",
        uuid("channel_id", null=True),
        uuid("campaign_id", null=True),
        column("cost", sa.Numeric(), null=True),
        text("currency_code", null=True),
    )
    create_touchpoint_rollup("touchpoints_by_channel", uuid("channel_id"), column("of_campaign", sa.Boolean()))
    create_touchpoint_rollup("touchpoints_by_campaign", uuid("campaign_id"), uuid("channel_id"))
    create_delta("entry_delta", uuid("to_stage_id"), time("previous_at", null=True))
    create_rollup(
        "entries_by_stage",
        uuid("to_stage_id"),
        column("previous_on", sa.Date()),
        column("entries", sa.Integer()),
        keys=["to_stage_id", "previous_on"],
    )
    for table in TABLES:
        protect(table)
    forget_rollups()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    create_rollup(
        "usage_by_asset_and_member",
        uuid("asset_id"),
        uuid("member_id"),
        *(column(action, sa.Integer()) for action in ACTIONS),
        *(column(minutes, sa.Numeric()) for minutes in ("minutes", "customized_minutes", "recreated_minutes")),
        keys=["asset_id", "member_id"],
    )
    create_index("usage_by_asset_and_member", "asset_id", "span", "starts_on")
    protect("usage_by_asset_and_member")
    forget_rollups()


def forget_rollups() -> None:
    """Let nothing be read from the roll-ups until the next merge has made all of them anew."""
    op.execute("ALTER TABLE rollup_state NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM rollup_state")
    op.execute("ALTER TABLE rollup_state FORCE ROW LEVEL SECURITY")


def create_derived(name: str, *columns: sa.Column[object], keys: list[str]) -> None:
    op.create_table(
        name,
        uuid("workspace_id"),
        *columns,
        sa.PrimaryKeyConstraint("workspace_id", *keys),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], ondelete="CASCADE"),
    )


def create_rollup(name: str, *columns: sa.Column[object], keys: list[str]) -> None:
    span = (term("span", ("DAY", "MONTH")), column("starts_on", sa.Date()))
    create_derived(name, *span, *columns, keys=["span", "starts_on", *keys])


def create_touchpoint_rollup(name: str, *keys: sa.Column[object]) -> None:
    sums = (column("touchpoints", sa.Integer()), column("cost", sa.Numeric()))
    names = [key.name for key in keys]
    create_rollup(name, *keys, text("currency_code"), *sums, keys=[*names, "currency_code"])


def create_delta(name: str, *columns: sa.Column[object]) -> None:
    op.create_table(
        name,
        uuid("workspace_id"),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        column("sign", sa.SmallInteger()),
        *columns,
        time("occurred_at"),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], ondelete="CASCADE"),
        sa.CheckConstraint("sign IN (1, -1)", name="sign_known"),
    )
    # Rows are written once, and all of them are deleted soon: without this the table would fill with dead ones.
    op.execute(
        f"ALTER TABLE {name} SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,"
        " autovacuum_vacuum_insert_scale_factor = 0)"
    )
