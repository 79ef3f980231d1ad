"""The first tables: people, vocabulary, content, buyers, leads, opportunities and their journeys.

Constraints and indexes get their names from the naming convention of ``db.models.base``.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from db.migrations.tables import (
    column,
    create_entity,
    create_index,
    create_partial_index,
    references,
    term,
    text,
    texts,
    time,
    uuid,
)
from db.migrations.tenancy import create_server_role, protect, protect_workspace

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = {"content_usage", "stage_transition"}
TENANT_TABLES = [
    "team",
    "member",
    "api_token",
    "external_ref",
    "persona",
    "buying_stage",
    "persona_question",
    "funnel_stage",
    "channel",
    "content_asset",
    "content_mapping",
    "account",
    "contact",
    "journey",
    "lead",
    "opportunity",
    "buying_group_member",
    "content_usage",
    "stage_transition",
]

DEPARTMENTS = ("MARKETING", "SALES", "LEADERSHIP", "PARTNER")
ROLES = ("VIEWER", "CONTRIBUTOR", "MANAGER", "ADMIN", "PARTNER")
BUYING_ROLES = ("CHAMPION", "DECISION_MAKER", "INFLUENCER", "USER", "BUYER", "GATEKEEPER", "OTHER")
CONTENT_KINDS = (
    *("CASE_STUDY", "WHITE_PAPER", "EBOOK", "ARTICLE", "VIDEO", "WEBINAR", "DATASHEET", "PRESENTATION"),
    *("BATTLECARD", "EMAIL_TEMPLATE", "CALCULATOR", "PROPOSAL", "OTHER"),
)


def upgrade() -> None:
    create_server_role()
    create_workspace()
    create_people()
    create_vocabulary()
    create_content()
    create_buyers()
    create_leads_and_opportunities()
    create_events()
    protect_workspace()
    for table in TENANT_TABLES:
        protect(table, append_only=table in APPEND_ONLY)


def downgrade() -> None:
    """The server's role stays: other databases of the same server may use it."""
    op.drop_constraint("fk_journey_origin_lead_id", "journey", type_="foreignkey")
    for table in reversed(TENANT_TABLES):
        op.drop_table(table)
    op.drop_table("workspace")


def create_workspace() -> None:
    op.create_table(
        "workspace",
        column("id", sa.Uuid(), "uuidv7()"),
        text("slug"),
        text("name"),
        column("time_zone", sa.Text(), "'UTC'"),
        column("currency_code", sa.Text(), "'USD'"),
        column("fiscal_year_start_month", sa.Integer(), "1"),
        time("created_at", "now()"),
        time("updated_at", "now()"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug"),
        sa.CheckConstraint("currency_code ~ '^[A-Z]{3}$'", name="currency_code_shape"),
        sa.CheckConstraint("fiscal_year_start_month BETWEEN 1 AND 12", name="fiscal_year_start_month_range"),
        sa.CheckConstraint("slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'", name="slug_shape"),
    )


def create_people() -> None:
    create_entity(
        "team",
        text("name"),
        term("department", DEPARTMENTS),
    )
    create_entity(
        "member",
        text("name"),
        text("email", null=True),
        term("department", DEPARTMENTS),
        term("role", ROLES),
        uuid("team_id", null=True),
        uuid("manager_id", null=True),
        column("active", sa.Boolean(), "true"),
        references("manager_id", "member"),
        references("team_id", "team"),
    )
    create_index("member", "manager_id")
    create_index("member", "team_id")
    create_entity(
        "api_token",
        text("name"),
        term("role", ROLES),
        uuid("member_id", null=True),
        column("secret_hash", sa.LargeBinary()),
        time("expires_at", null=True),
        time("revoked_at", null=True),
        references("member_id", "member"),
        sa.UniqueConstraint("workspace_id", "secret_hash"),
    )
    create_index("api_token", "member_id")
    op.create_table(
        "external_ref",
        uuid("workspace_id"),
        text("entity"),
        text("source"),
        text("external_id"),
        uuid("entity_id"),
        time("created_at", "now()"),
        sa.PrimaryKeyConstraint("workspace_id", "entity", "source", "external_id"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], ondelete="CASCADE"),
    )
    create_index("external_ref", "entity", "entity_id")


def create_vocabulary() -> None:
    create_entity(
        "persona",
        text("name"),
        texts("job_titles"),
        texts("goals"),
        texts("pains"),
        term("default_buying_role", BUYING_ROLES, null=True),
        column("active", sa.Boolean(), "true"),
    )
    create_entity(
        "buying_stage",
        text("key"),
        text("name"),
        column("position", sa.Integer()),
        text("marketing_name", null=True),
        text("sales_name", null=True),
        texts("buyer_questions"),
        texts("exit_criteria"),
        sa.UniqueConstraint("workspace_id", "key"),
        sa.UniqueConstraint("workspace_id", "position"),
    )
    create_entity(
        "persona_question",
        uuid("persona_id"),
        uuid("buying_stage_id"),
        column("position", sa.Integer()),
        text("question"),
        references("buying_stage_id", "buying_stage"),
        references("persona_id", "persona", "CASCADE"),
        sa.UniqueConstraint("workspace_id", "persona_id", "buying_stage_id", "position"),
    )
    create_index("persona_question", "buying_stage_id")
    create_entity(
        "funnel_stage",
        text("key"),
        text("name"),
        column("position", sa.Integer()),
        term("kind", ("LEAD", "OPPORTUNITY", "WON", "LOST", "DISQUALIFIED", "RECYCLED")),
        term("department", DEPARTMENTS, null=True),
        column("win_probability", sa.Numeric(), null=True),
        uuid("buying_stage_id", null=True),
        texts("exit_criteria"),
        references("buying_stage_id", "buying_stage"),
        sa.UniqueConstraint("workspace_id", "key"),
        sa.CheckConstraint("win_probability BETWEEN 0 AND 1", name="win_probability_range"),
    )
    create_index("funnel_stage", "buying_stage_id")
    create_index("funnel_stage", "position")
    create_entity(
        "channel",
        text("key"),
        text("label"),
        term("department", DEPARTMENTS, null=True),
        sa.UniqueConstraint("workspace_id", "key"),
    )


def create_content() -> None:
    create_entity(
        "content_asset",
        text("title"),
        term("kind", CONTENT_KINDS),
        text("url", null=True),
        text("language", null=True),
        uuid("owner_id", null=True),
        term("status", ("DRAFT", "ACTIVE", "ARCHIVED")),
        column("published_on", sa.Date(), null=True),
        column("reviewed_on", sa.Date(), null=True),
        column("expires_on", sa.Date(), null=True),
        column("for_partners", sa.Boolean(), "false"),
        column("won_uses", sa.Integer(), "0"),
        references("owner_id", "member"),
    )
    create_index("content_asset", "owner_id")
    create_entity(
        "content_mapping",
        uuid("asset_id"),
        uuid("persona_id", null=True),
        uuid("buying_stage_id"),
        column("fit_weight", sa.Numeric(), "'1'"),
        references("asset_id", "content_asset", "CASCADE"),
        references("buying_stage_id", "buying_stage"),
        references("persona_id", "persona", "CASCADE"),
        sa.UniqueConstraint(
            "workspace_id", "asset_id", "buying_stage_id", "persona_id", postgresql_nulls_not_distinct=True
        ),
        sa.CheckConstraint("fit_weight BETWEEN 0 AND 1", name="fit_weight_range"),
    )
    create_index("content_mapping", "buying_stage_id", "persona_id")
    op.create_index(
        "ix_content_mapping_best_fit",
        "content_mapping",
        ["workspace_id", "buying_stage_id", sa.text("fit_weight DESC")],
        postgresql_include=["persona_id", "asset_id"],
    )
    create_index("content_mapping", "persona_id")


def create_buyers() -> None:
    create_entity(
        "account",
        text("name"),
        text("domain", null=True),
        text("industry", null=True),
        column("employees", sa.Integer(), null=True),
        text("country", null=True),
        text("tier", null=True),
        uuid("parent_id", null=True),
        uuid("owner_id", null=True),
        uuid("partner_team_id", null=True),
        references("owner_id", "member"),
        references("parent_id", "account"),
        references("partner_team_id", "team"),
        sa.CheckConstraint("employees >= 0", name="employees_range"),
    )
    create_index("account", "name", "id")
    create_index("account", "owner_id")
    create_index("account", "parent_id")
    create_index("account", "partner_team_id")
    create_entity(
        "contact",
        text("name"),
        text("email", null=True),
        text("title", null=True),
        uuid("account_id", null=True),
        uuid("persona_id", null=True),
        references("account_id", "account"),
        references("persona_id", "persona"),
    )
    create_index("contact", "account_id")
    create_index("contact", "email")
    create_index("contact", "persona_id")


def create_leads_and_opportunities() -> None:
    create_entity(
        "journey",
        uuid("origin_lead_id", null=True),
    )
    create_index("journey", "origin_lead_id")
    create_entity(
        "lead",
        uuid("journey_id"),
        time("received_at"),
        text("name", null=True),
        text("company", null=True),
        text("email", null=True),
        text("title", null=True),
        uuid("contact_id", null=True),
        uuid("account_id", null=True),
        uuid("persona_id", null=True),
        uuid("channel_id", null=True),
        uuid("first_asset_id", null=True),
        uuid("owner_id", null=True),
        uuid("sales_owner_id", null=True),
        uuid("partner_team_id", null=True),
        uuid("stage_id", null=True),
        time("stage_entered_at", null=True),
        column("score", sa.Integer(), null=True),
        texts("needs"),
        column("attributes", postgresql.JSONB(), "'{}'"),
        references("account_id", "account"),
        references("channel_id", "channel"),
        references("contact_id", "contact"),
        references("first_asset_id", "content_asset"),
        references("journey_id", "journey"),
        references("owner_id", "member"),
        references("partner_team_id", "team"),
        references("persona_id", "persona"),
        references("sales_owner_id", "member"),
        references("stage_id", "funnel_stage"),
        sa.UniqueConstraint("workspace_id", "journey_id"),
    )
    create_index("lead", "account_id", "received_at", "id")
    create_index("lead", "channel_id", "received_at", "id")
    create_index("lead", "contact_id", "received_at", "id")
    create_index("lead", "email")
    create_index("lead", "first_asset_id", "received_at", "id")
    create_index("lead", "owner_id", "received_at", "id")
    create_index("lead", "partner_team_id", "received_at", "id")
    create_index("lead", "persona_id", "received_at", "id")
    create_index("lead", "received_at", "id")
    create_index("lead", "sales_owner_id", "received_at", "id")
    create_index("lead", "stage_id", "received_at", "id")
    create_entity(
        "opportunity",
        uuid("journey_id"),
        time("opened_at", null=True),
        text("name"),
        uuid("account_id", null=True),
        uuid("stage_id", null=True),
        time("stage_entered_at", null=True),
        column("amount", sa.Numeric(), null=True),
        text("currency_code", null=True),
        column("expected_close_on", sa.Date(), null=True),
        time("closed_at", null=True),
        uuid("owner_id", null=True),
        uuid("partner_team_id", null=True),
        uuid("origin_lead_id", null=True),
        text("lost_reason", null=True),
        references("account_id", "account"),
        references("journey_id", "journey"),
        references("origin_lead_id", "lead"),
        references("owner_id", "member"),
        references("partner_team_id", "team"),
        references("stage_id", "funnel_stage"),
        sa.UniqueConstraint("workspace_id", "journey_id"),
        sa.CheckConstraint("(amount IS NULL) = (currency_code IS NULL)", name="amount_has_currency"),
        sa.CheckConstraint("currency_code ~ '^[A-Z]{3}$'", name="currency_code_shape"),
    )
    create_index("opportunity", "account_id", "opened_at", "id")
    create_index("opportunity", "closed_at")
    create_index("opportunity", "opened_at", "id")
    create_index("opportunity", "origin_lead_id", "opened_at", "id")
    create_index("opportunity", "owner_id", "opened_at", "id")
    create_index("opportunity", "partner_team_id", "opened_at", "id")
    create_index("opportunity", "stage_id", "opened_at", "id")
    create_entity(
        "buying_group_member",
        uuid("opportunity_id"),
        uuid("contact_id"),
        term("role", BUYING_ROLES),
        column("is_primary", sa.Boolean(), "false"),
        references("contact_id", "contact"),
        references("opportunity_id", "opportunity", "CASCADE"),
        sa.UniqueConstraint("workspace_id", "opportunity_id", "contact_id"),
    )
    create_index("buying_group_member", "contact_id")
    op.create_index(
        "uq_buying_group_member_one_primary",
        "buying_group_member",
        ["workspace_id", "opportunity_id"],
        unique=True,
        postgresql_where=sa.text("is_primary"),
    )
    op.create_foreign_key(
        None, "journey", "lead", ["workspace_id", "origin_lead_id"], ["workspace_id", "id"], ondelete="RESTRICT"
    )


def create_events() -> None:
    create_entity(
        "content_usage",
        uuid("asset_id"),
        term("action", ("VIEWED", "SHARED", "SENT", "PRESENTED", "DOWNLOADED", "CUSTOMIZED", "RECREATED")),
        uuid("member_id", null=True),
        uuid("contact_id", null=True),
        uuid("lead_id", null=True),
        uuid("opportunity_id", null=True),
        uuid("account_id", null=True),
        uuid("channel_id", null=True),
        column("minutes", sa.Numeric(), null=True),
        time("occurred_at"),
        references("account_id", "account"),
        references("asset_id", "content_asset"),
        references("channel_id", "channel"),
        references("contact_id", "contact"),
        references("lead_id", "lead"),
        references("member_id", "member"),
        references("opportunity_id", "opportunity"),
        sa.CheckConstraint("minutes >= 0", name="minutes_range"),
        sa.CheckConstraint("num_nonnulls(member_id, contact_id) <= 1", name="one_actor"),
    )
    create_partial_index("content_usage", "account_id", "occurred_at")
    create_index("content_usage", "asset_id", "occurred_at")
    create_partial_index("content_usage", "channel_id", "occurred_at")
    create_partial_index("content_usage", "contact_id", "occurred_at")
    create_partial_index("content_usage", "lead_id", "occurred_at")
    create_partial_index("content_usage", "member_id", "occurred_at")
    create_index("content_usage", "occurred_at", "asset_id")
    create_partial_index("content_usage", "opportunity_id", "occurred_at")
    create_entity(
        "stage_transition",
        sa.Column("sequence", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        uuid("journey_id"),
        uuid("lead_id", null=True),
        uuid("opportunity_id", null=True),
        uuid("from_stage_id", null=True),
        uuid("to_stage_id"),
        time("occurred_at"),
        uuid("member_id", null=True),
        text("reason", null=True),
        references("from_stage_id", "funnel_stage"),
        references("journey_id", "journey"),
        references("lead_id", "lead"),
        references("member_id", "member"),
        references("opportunity_id", "opportunity"),
        references("to_stage_id", "funnel_stage"),
        sa.CheckConstraint("num_nonnulls(lead_id, opportunity_id) = 1", name="one_subject"),
    )
    create_index("stage_transition", "from_stage_id")
    create_index("stage_transition", "journey_id", "occurred_at", "sequence")
    create_index("stage_transition", "lead_id", "occurred_at", "sequence")
    create_index("stage_transition", "member_id")
    create_index("stage_transition", "occurred_at")
    create_index("stage_transition", "opportunity_id", "occurred_at", "sequence")
    create_index("stage_transition", "to_stage_id", "occurred_at", "journey_id")
