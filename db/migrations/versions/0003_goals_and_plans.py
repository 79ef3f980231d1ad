"""What both departments want and agree on: goals, budgets, plans, reviews, surveys, and requests to marketing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from db.migrations.tables import (
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

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

APPEND_ONLY = {"plan_comment", "review_value", "survey_answer"}
TENANT_TABLES = [
    "budget",
    "joint_goal",
    "plan",
    "plan_commitment",
    "plan_comment",
    "review",
    "review_attendee",
    "review_value",
    "review_action",
    "alignment_survey",
    "survey_answer",
    "content_request",
]

DEPARTMENTS = ("MARKETING", "SALES", "LEADERSHIP", "PARTNER")


def upgrade() -> None:
    create_budget()
    create_joint_goal()
    create_plan()
    create_plan_commitment()
    create_plan_comment()
    create_review()
    create_review_attendee()
    create_review_value()
    create_review_action()
    create_alignment_survey()
    create_survey_answer()
    create_content_request()
    for table in TENANT_TABLES:
        protect(table, append_only=table in APPEND_ONLY)


def downgrade() -> None:
    for table in reversed(TENANT_TABLES):
        op.drop_table(table)


def create_budget() -> None:
    create_entity(
        "budget",
        text("name"),
        column("starts_on", sa.Date()),
        column("ends_on", sa.Date()),
        column("amount", sa.Numeric()),
        text("currency_code"),
        uuid("owner_id", null=True),
        references("owner_id", "member"),
        sa.CheckConstraint("amount >= 0", name="amount_range"),
        sa.CheckConstraint("currency_code ~ '^[A-Z]{3}$'", name="currency_code_shape"),
        sa.CheckConstraint("ends_on > starts_on", name="days_in_order"),
    )
    create_index("budget", "owner_id")


def create_joint_goal() -> None:
    create_entity(
        "joint_goal",
        text("name"),
        text("metric"),
        column("filters", postgresql.JSONB(), "'{}'"),
        column("baseline", sa.Numeric(), null=True),
        column("target", sa.Numeric(), null=True),
        column("factor", sa.Numeric(), null=True),
        column("starts_on", sa.Date()),
        column("ends_on", sa.Date()),
        term("horizon", ("SHORT", "LONG")),
        uuid("marketing_owner_id", null=True),
        uuid("sales_owner_id", null=True),
        uuid("parent_id", null=True),
        uuid("budget_id", null=True),
        references("budget_id", "budget"),
        references("marketing_owner_id", "member"),
        references("parent_id", "joint_goal"),
        references("sales_owner_id", "member"),
        sa.CheckConstraint("ends_on > starts_on", name="days_in_order"),
        sa.CheckConstraint("factor IS NULL OR baseline IS NOT NULL", name="factor_has_baseline"),
        sa.CheckConstraint(
            """jsonb_typeof(filters) = 'object'
            AND NOT jsonb_path_exists(filters, '$.*.type() ? (@ != "array")')
            AND NOT jsonb_path_exists(filters, '$.*[*].type() ? (@ != "string" && @ != "null")')""",
            name="filters_shape",
        ),
        sa.CheckConstraint("num_nonnulls(target, factor) = 1", name="one_target"),
    )
    create_index("joint_goal", "budget_id")
    create_index("joint_goal", "marketing_owner_id")
    create_index("joint_goal", "parent_id")
    create_index("joint_goal", "sales_owner_id")
    create_index("joint_goal", "starts_on", "id")


def create_plan() -> None:
    create_entity(
        "plan",
        text("name"),
        text("summary", null=True),
        column("starts_on", sa.Date()),
        column("ends_on", sa.Date()),
        sa.CheckConstraint("ends_on > starts_on", name="days_in_order"),
    )


def create_plan_commitment() -> None:
    create_entity(
        "plan_commitment",
        uuid("plan_id"),
        term("department", DEPARTMENTS),
        text("text"),
        column("due_on", sa.Date(), null=True),
        uuid("goal_id", null=True),
        uuid("owner_id", null=True),
        references("goal_id", "joint_goal"),
        references("owner_id", "member"),
        references("plan_id", "plan"),
    )
    create_index("plan_commitment", "goal_id")
    create_index("plan_commitment", "owner_id")
    create_index("plan_commitment", "plan_id")


def create_plan_comment() -> None:
    create_entity(
        "plan_comment",
        uuid("plan_id"),
        uuid("member_id"),
        text("text"),
        time("occurred_at"),
        references("member_id", "member"),
        references("plan_id", "plan"),
    )
    create_index("plan_comment", "member_id")
    create_index("plan_comment", "plan_id")


def create_review() -> None:
    create_entity(
        "review",
        text("title"),
        time("held_at"),
        text("notes", null=True),
        texts("decisions"),
        uuid("plan_id", null=True),
        references("plan_id", "plan"),
    )
    create_index("review", "plan_id")


def create_review_attendee() -> None:
    create_link("review_attendee", review_id="review", member_id="member")


def create_review_value() -> None:
    create_entity(
        "review_value",
        uuid("review_id"),
        column("position", sa.Integer()),
        text("metric"),
        text("label"),
        uuid("goal_id", null=True),
        column("starts_on", sa.Date(), null=True),
        column("ends_on", sa.Date(), null=True),
        column("value", sa.Numeric(), null=True),
        text("unit"),
        text("currency_code", null=True),
        references("goal_id", "joint_goal"),
        references("review_id", "review"),
        sa.UniqueConstraint("workspace_id", "review_id", "position"),
    )
    create_index("review_value", "goal_id")
    create_index("review_value", "review_id")


def create_review_action() -> None:
    create_entity(
        "review_action",
        uuid("review_id"),
        text("text"),
        uuid("owner_id"),
        column("due_on", sa.Date()),
        column("done_on", sa.Date(), null=True),
        references("owner_id", "member"),
        references("review_id", "review"),
    )
    create_index("review_action", "owner_id")
    create_index("review_action", "review_id")


def create_alignment_survey() -> None:
    create_entity(
        "alignment_survey",
        text("title"),
        text("question"),
        time("opened_at"),
        time("closed_at", null=True),
        sa.CheckConstraint("closed_at >= opened_at", name="times_in_order"),
    )


def create_survey_answer() -> None:
    create_entity(
        "survey_answer",
        uuid("survey_id"),
        uuid("member_id"),
        column("score", sa.Integer()),
        text("comment", null=True),
        time("answered_at"),
        references("member_id", "member"),
        references("survey_id", "alignment_survey"),
        sa.UniqueConstraint("workspace_id", "survey_id", "member_id"),
        sa.CheckConstraint("score BETWEEN 1 AND 10", name="score_range"),
    )
    create_index("survey_answer", "member_id")
    create_index("survey_answer", "survey_id")


def create_content_request() -> None:
    create_entity(
        "content_request",
        text("title"),
        text("reason"),
        uuid("requester_id"),
        uuid("goal_id", null=True),
        text("exception", null=True),
        uuid("persona_id", null=True),
        uuid("buying_stage_id", null=True),
        uuid("opportunity_id", null=True),
        time("requested_at"),
        column("needed_by", sa.Date(), null=True),
        column("effort_hours", sa.Numeric(), null=True),
        term("decision", ("ACCEPTED", "DECLINED"), null=True),
        text("decision_reason", null=True),
        time("decided_at", null=True),
        uuid("decided_by_id", null=True),
        uuid("asset_id", null=True),
        references("asset_id", "content_asset"),
        references("buying_stage_id", "buying_stage"),
        references("decided_by_id", "member"),
        references("goal_id", "joint_goal"),
        references("opportunity_id", "opportunity"),
        references("persona_id", "persona"),
        references("requester_id", "member"),
        sa.CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decision_has_time"),
        sa.CheckConstraint("effort_hours >= 0", name="effort_hours_range"),
        sa.CheckConstraint("goal_id IS NOT NULL OR exception IS NOT NULL", name="goal_or_exception"),
    )
    create_index("content_request", "asset_id")
    create_index("content_request", "buying_stage_id")
    create_index("content_request", "decided_by_id")
    create_index("content_request", "goal_id")
    create_index("content_request", "opportunity_id")
    create_index("content_request", "persona_id")
    create_index("content_request", "requested_at", "id")
    create_index("content_request", "requester_id")
