"""The shared vocabulary: pipelines, products, the glossary, lead definitions, messages, rates; and the audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from db.migrations.tables import (
    add_reference,
    column,
    create_entity,
    create_index,
    create_link,
    references,
    term,
    text,
    texts,
    time,
    uuid,
)
from db.migrations.tenancy import protect

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = {"audit_entry"}
TENANT_TABLES = [
    "pipeline",
    "product",
    "glossary_term",
    "glossary_version",
    "lead_definition",
    "lead_criterion",
    "message",
    "content_message",
    "exchange_rate",
    "audit_entry",
]

DEPARTMENTS = ("MARKETING", "SALES", "LEADERSHIP", "PARTNER")


def upgrade() -> None:
    create_pipeline()
    create_product()
    create_glossary_term()
    create_glossary_version()
    create_lead_definition()
    create_lead_criterion()
    create_message()
    create_content_message()
    create_exchange_rate()
    create_audit_entry()
    add_pipelines_to_stages()
    for table in TENANT_TABLES:
        protect(table, append_only=table in APPEND_ONLY)


def downgrade() -> None:
    op.drop_column("funnel_stage", "pipeline_id")
    for table in reversed(TENANT_TABLES):
        op.drop_table(table)


def create_pipeline() -> None:
    create_entity(
        "pipeline",
        text("key"),
        text("name"),
        column("position", sa.Integer()),
        sa.UniqueConstraint("workspace_id", "key"),
    )
    create_index("pipeline", "position")


def create_product() -> None:
    create_entity(
        "product",
        text("key"),
        text("name"),
        column("price", sa.Numeric(), null=True),
        text("currency_code", null=True),
        texts("aliases"),
        column("active", sa.Boolean(), "true"),
        sa.UniqueConstraint("workspace_id", "key"),
        sa.CheckConstraint("(num_nonnulls(price) > 0) = (currency_code IS NOT NULL)", name="has_currency"),
        sa.CheckConstraint("currency_code ~ '^[A-Z]{3}$'", name="currency_code_shape"),
    )


def create_glossary_term() -> None:
    create_entity(
        "glossary_term",
        text("key"),
        text("name"),
        texts("governs"),
        uuid("owner_id", null=True),
        references("owner_id", "member"),
        sa.UniqueConstraint("workspace_id", "key"),
    )
    create_index("glossary_term", "owner_id")


def create_glossary_version() -> None:
    create_entity(
        "glossary_version",
        uuid("term_id"),
        column("number", sa.Integer()),
        text("marketing_meaning", null=True),
        text("sales_meaning", null=True),
        text("definition"),
        uuid("author_id", null=True),
        references("author_id", "member"),
        references("term_id", "glossary_term"),
        sa.UniqueConstraint("workspace_id", "term_id", "number"),
        sa.CheckConstraint("number > 0", name="number_range"),
    )
    create_index("glossary_version", "author_id")
    create_index("glossary_version", "term_id")


def create_lead_definition() -> None:
    create_entity(
        "lead_definition",
        column("version", sa.Integer()),
        term("status", ("DRAFT", "PROPOSED", "AGREED", "RETIRED")),
        text("summary"),
        column("threshold", sa.Numeric()),
        uuid("author_id", null=True),
        time("proposed_at", null=True),
        time("agreed_at", null=True),
        time("retired_at", null=True),
        references("author_id", "member"),
        sa.UniqueConstraint("workspace_id", "version"),
        sa.CheckConstraint("version > 0", name="version_range"),
    )
    op.create_index(
        "uq_lead_definition_one_agreed",
        "lead_definition",
        ["workspace_id"],
        unique=True,
        postgresql_where=sa.text("status = 'AGREED'"),
    )
    create_index("lead_definition", "author_id")


def create_lead_criterion() -> None:
    create_entity(
        "lead_criterion",
        uuid("definition_id"),
        column("position", sa.Integer()),
        text("label"),
        text("field"),
        term("operator", ("EQUALS", "NOT_EQUALS", "IN", "AT_LEAST", "AT_MOST", "CONTAINS", "EXISTS")),
        column("value", postgresql.JSONB(), null=True),
        column("weight", sa.Numeric(), "'1'"),
        column("required", sa.Boolean(), "false"),
        references("definition_id", "lead_definition", "CASCADE"),
        sa.UniqueConstraint("workspace_id", "definition_id", "position"),
        sa.CheckConstraint("weight >= 0", name="weight_range"),
    )


def create_message() -> None:
    create_entity(
        "message",
        text("key"),
        text("text"),
        uuid("persona_id", null=True),
        references("persona_id", "persona"),
        sa.UniqueConstraint("workspace_id", "key"),
    )
    create_index("message", "persona_id")


def create_content_message() -> None:
    create_link("content_message", asset_id="content_asset", message_id="message")


def create_exchange_rate() -> None:
    create_entity(
        "exchange_rate",
        text("base_code"),
        text("quote_code"),
        column("valid_from", sa.Date()),
        column("rate", sa.Numeric()),
        sa.UniqueConstraint("workspace_id", "base_code", "quote_code", "valid_from"),
        sa.CheckConstraint("base_code <> quote_code", name="codes_differ"),
        sa.CheckConstraint("base_code ~ '^[A-Z]{3}$' AND quote_code ~ '^[A-Z]{3}$'", name="codes_shape"),
        sa.CheckConstraint("rate > 0", name="rate_range"),
    )


def create_audit_entry() -> None:
    create_entity(
        "audit_entry",
        time("occurred_at"),
        term("action", ("CREATED", "UPDATED", "DELETED")),
        text("subject_type"),
        text("subject_id"),
        uuid("member_id", null=True),
        uuid("api_token_id", null=True),
        column("before", postgresql.JSONB(), null=True),
        column("after", postgresql.JSONB(), null=True),
        references("api_token_id", "api_token"),
        references("member_id", "member"),
    )
    create_index("audit_entry", "api_token_id")
    create_index("audit_entry", "member_id")
    create_index("audit_entry", "occurred_at", "id")
    create_index("audit_entry", "subject_id", "occurred_at")


def add_pipelines_to_stages() -> None:
    op.add_column("funnel_stage", uuid("pipeline_id", null=True))
    add_reference("funnel_stage", "pipeline_id", "pipeline")
    create_index("funnel_stage", "pipeline_id")
    op.create_check_constraint(
        "pipeline_of_opportunities", "funnel_stage", "pipeline_id IS NULL OR kind = 'OPPORTUNITY'"
    )
