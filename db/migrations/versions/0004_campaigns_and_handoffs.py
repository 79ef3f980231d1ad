"""What is done together: campaigns and their activities, touchpoints, hand-offs, feedback, contributions, approvals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from db.migrations.tables import (
    add_reference,
    column,
    create_entity,
    create_index,
    create_link,
    create_partial_index,
    references,
    term,
    text,
    texts,
    time,
    uuid,
)
from db.migrations.tenancy import protect

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

APPEND_ONLY = {"approval", "content_feedback", "lead_feedback", "recognition", "touchpoint"}
TENANT_TABLES = [
    "target_list",
    "target_list_account",
    "campaign",
    "campaign_message",
    "activity",
    "milestone",
    "invitation",
    "budget_allocation",
    "service_level",
    "handoff",
    "lead_feedback",
    "content_feedback",
    "touchpoint",
    "contribution",
    "recognition",
    "opportunity_line",
    "approval",
]

DEPARTMENTS = ("MARKETING", "SALES", "LEADERSHIP", "PARTNER")


def upgrade() -> None:
    create_target_list()
    create_target_list_account()
    create_campaign()
    create_campaign_message()
    create_activity()
    create_milestone()
    create_invitation()
    create_budget_allocation()
    create_service_level()
    create_handoff()
    create_lead_feedback()
    create_content_feedback()
    create_touchpoint()
    create_contribution()
    create_recognition()
    create_opportunity_line()
    create_approval()
    name_campaigns()
    for table in TENANT_TABLES:
        protect(table, append_only=table in APPEND_ONLY)


def downgrade() -> None:
    for table in ("lead", "opportunity"):
        op.drop_column(table, "campaign_id")
    for table in reversed(TENANT_TABLES):
        op.drop_table(table)


def create_target_list() -> None:
    create_entity(
        "target_list",
        text("name"),
        text("description", null=True),
        uuid("owner_id", null=True),
        references("owner_id", "member"),
        sa.UniqueConstraint("workspace_id", "name"),
    )
    create_index("target_list", "owner_id")


def create_target_list_account() -> None:
    create_link("target_list_account", target_list_id="target_list", account_id="account")


def create_campaign() -> None:
    create_entity(
        "campaign",
        text("name"),
        term("kind", ("EMAIL", "ADVERTISING", "CONTENT", "EVENT", "WEBINAR", "SOCIAL", "CALL_OUT", "PARTNER", "OTHER")),
        term("status", ("PLANNED", "RUNNING", "FINISHED", "CANCELLED")),
        text("objective", null=True),
        uuid("channel_id", null=True),
        uuid("owner_id", null=True),
        uuid("goal_id", null=True),
        uuid("target_list_id", null=True),
        column("starts_on", sa.Date(), null=True),
        column("ends_on", sa.Date(), null=True),
        column("planned_cost", sa.Numeric(), null=True),
        column("actual_cost", sa.Numeric(), null=True),
        text("currency_code", null=True),
        references("channel_id", "channel"),
        references("goal_id", "joint_goal"),
        references("owner_id", "member"),
        references("target_list_id", "target_list"),
        sa.CheckConstraint(
            "(num_nonnulls(planned_cost, actual_cost) > 0) = (currency_code IS NOT NULL)", name="has_currency"
        ),
        sa.CheckConstraint("currency_code ~ '^[A-Z]{3}$'", name="currency_code_shape"),
        sa.CheckConstraint("ends_on >= starts_on", name="days_in_order"),
    )
    create_index("campaign", "channel_id")
    create_index("campaign", "goal_id")
    create_index("campaign", "owner_id")
    create_index("campaign", "starts_on", "id")
    create_index("campaign", "target_list_id")


def create_campaign_message() -> None:
    create_link("campaign_message", campaign_id="campaign", message_id="message")


def create_activity() -> None:
    create_entity(
        "activity",
        uuid("campaign_id"),
        text("name"),
        term("kind", ("EVENT", "WEBINAR", "CALL_OUT", "MAILING", "ADVERTISEMENT", "PUBLICATION", "OTHER")),
        term("status", ("PLANNED", "RUNNING", "FINISHED", "CANCELLED")),
        uuid("owner_id", null=True),
        time("starts_at", null=True),
        time("ends_at", null=True),
        column("list_ready_by", sa.Date(), null=True),
        column("cost", sa.Numeric(), null=True),
        text("currency_code", null=True),
        references("campaign_id", "campaign"),
        references("owner_id", "member"),
        sa.CheckConstraint("(num_nonnulls(cost) > 0) = (currency_code IS NOT NULL)", name="has_currency"),
        sa.CheckConstraint("currency_code ~ '^[A-Z]{3}$'", name="currency_code_shape"),
        sa.CheckConstraint("ends_at >= starts_at", name="times_in_order"),
    )
    create_index("activity", "campaign_id")
    create_index("activity", "owner_id")


def create_milestone() -> None:
    create_entity(
        "milestone",
        uuid("activity_id"),
        text("name"),
        column("due_on", sa.Date()),
        column("done_on", sa.Date(), null=True),
        uuid("owner_id", null=True),
        references("activity_id", "activity"),
        references("owner_id", "member"),
    )
    create_index("milestone", "activity_id")
    create_index("milestone", "owner_id")


def create_invitation() -> None:
    create_entity(
        "invitation",
        uuid("activity_id"),
        uuid("contact_id", null=True),
        uuid("account_id", null=True),
        term("status", ("INVITED", "ACCEPTED", "ATTENDED", "DECLINED")),
        time("invited_at"),
        time("responded_at", null=True),
        references("account_id", "account"),
        references("activity_id", "activity"),
        references("contact_id", "contact"),
        sa.UniqueConstraint("workspace_id", "activity_id", "account_id"),
        sa.UniqueConstraint("workspace_id", "activity_id", "contact_id"),
        sa.CheckConstraint("num_nonnulls(contact_id, account_id) = 1", name="one_invitee"),
    )
    create_index("invitation", "account_id")
    create_index("invitation", "contact_id")


def create_budget_allocation() -> None:
    create_entity(
        "budget_allocation",
        uuid("budget_id"),
        uuid("campaign_id", null=True),
        uuid("goal_id", null=True),
        column("amount", sa.Numeric()),
        column("spent", sa.Numeric(), "'0'"),
        references("budget_id", "budget"),
        references("campaign_id", "campaign"),
        references("goal_id", "joint_goal"),
        sa.CheckConstraint("amount >= 0 AND spent >= 0", name="amounts_range"),
        sa.CheckConstraint("num_nonnulls(campaign_id, goal_id) = 1", name="one_purpose"),
    )
    create_index("budget_allocation", "budget_id")
    create_index("budget_allocation", "campaign_id")
    create_index("budget_allocation", "goal_id")


def create_service_level() -> None:
    create_entity(
        "service_level",
        text("name"),
        uuid("channel_id", null=True),
        column("min_score", sa.Integer(), null=True),
        column("max_score", sa.Integer(), null=True),
        column("response_minutes", sa.Integer()),
        column("business_hours", sa.Boolean(), "false"),
        column("active", sa.Boolean(), "true"),
        references("channel_id", "channel"),
        sa.CheckConstraint("max_score >= min_score", name="scores_in_order"),
        sa.CheckConstraint("response_minutes > 0", name="response_minutes_range"),
    )
    create_index("service_level", "channel_id")


def create_handoff() -> None:
    create_entity(
        "handoff",
        uuid("lead_id"),
        uuid("from_member_id", null=True),
        uuid("to_member_id", null=True),
        uuid("to_team_id", null=True),
        uuid("definition_id", null=True),
        uuid("service_level_id", null=True),
        time("handed_over_at"),
        time("due_at", null=True),
        time("first_response_at", null=True),
        term("decision", ("ACCEPTED", "REJECTED"), null=True),
        time("decided_at", null=True),
        uuid("decided_by_id", null=True),
        term(
            "rejection_reason",
            (
                "NOT_A_FIT",
                "WRONG_PERSON",
                "NO_NEED",
                "NO_BUDGET",
                "BAD_TIMING",
                "NO_RESPONSE",
                "BAD_DATA",
                "DUPLICATE",
                "COMPETITOR",
                "OTHER",
            ),
            null=True,
        ),
        text("comment", null=True),
        references("decided_by_id", "member"),
        references("definition_id", "lead_definition"),
        references("from_member_id", "member"),
        references("lead_id", "lead"),
        references("service_level_id", "service_level"),
        references("to_member_id", "member"),
        references("to_team_id", "team"),
        sa.CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decision_has_time"),
        sa.CheckConstraint(
            "(rejection_reason IS NOT NULL) = (decision IS NOT DISTINCT FROM 'REJECTED')", name="reason"
        ),
        sa.CheckConstraint("num_nonnulls(to_member_id, to_team_id) = 1", name="one_receiver"),
    )
    create_index("handoff", "decided_by_id")
    create_index("handoff", "definition_id")
    create_index("handoff", "from_member_id")
    create_index("handoff", "handed_over_at", "id")
    create_index("handoff", "lead_id")
    create_index("handoff", "service_level_id")
    create_index("handoff", "to_member_id")
    create_index("handoff", "to_team_id")


def create_lead_feedback() -> None:
    create_entity(
        "lead_feedback",
        uuid("lead_id"),
        uuid("member_id"),
        uuid("handoff_id", null=True),
        column("quality", sa.Integer()),
        texts("reasons"),
        text("comment", null=True),
        time("occurred_at"),
        references("handoff_id", "handoff"),
        references("lead_id", "lead"),
        references("member_id", "member"),
        sa.CheckConstraint("quality BETWEEN 1 AND 5", name="quality_range"),
    )
    create_index("lead_feedback", "handoff_id")
    create_index("lead_feedback", "lead_id")
    create_index("lead_feedback", "member_id")


def create_content_feedback() -> None:
    create_entity(
        "content_feedback",
        uuid("asset_id"),
        uuid("member_id"),
        uuid("opportunity_id", null=True),
        column("rating", sa.Integer()),
        text("comment", null=True),
        time("occurred_at"),
        references("asset_id", "content_asset"),
        references("member_id", "member"),
        references("opportunity_id", "opportunity"),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name="rating_range"),
    )
    create_index("content_feedback", "asset_id")
    create_index("content_feedback", "member_id")
    create_index("content_feedback", "opportunity_id")


def create_touchpoint() -> None:
    create_entity(
        "touchpoint",
        term(
            "kind",
            (
                "EMAIL",
                "CALL",
                "MEETING",
                "WEB_VISIT",
                "FORM",
                "EVENT",
                "ADVERTISEMENT",
                "SOCIAL",
                "CHAT",
                "NOTE",
                "TASK",
                "OTHER",
            ),
        ),
        term("direction", ("INBOUND", "OUTBOUND"), null=True),
        term("department", DEPARTMENTS, null=True),
        text("subject", null=True),
        time("occurred_at"),
        uuid("channel_id", null=True),
        uuid("member_id", null=True),
        uuid("contact_id", null=True),
        uuid("lead_id", null=True),
        uuid("opportunity_id", null=True),
        uuid("account_id", null=True),
        uuid("campaign_id", null=True),
        uuid("activity_id", null=True),
        uuid("asset_id", null=True),
        column("cost", sa.Numeric(), null=True),
        text("currency_code", null=True),
        references("account_id", "account"),
        references("activity_id", "activity"),
        references("asset_id", "content_asset"),
        references("campaign_id", "campaign"),
        references("channel_id", "channel"),
        references("contact_id", "contact"),
        references("lead_id", "lead"),
        references("member_id", "member"),
        references("opportunity_id", "opportunity"),
        sa.CheckConstraint("(num_nonnulls(cost) > 0) = (currency_code IS NOT NULL)", name="has_currency"),
        sa.CheckConstraint("currency_code ~ '^[A-Z]{3}$'", name="currency_code_shape"),
    )
    create_partial_index("touchpoint", "account_id", "occurred_at")
    create_partial_index("touchpoint", "activity_id", "occurred_at")
    create_partial_index("touchpoint", "asset_id", "occurred_at")
    create_partial_index("touchpoint", "campaign_id", "occurred_at")
    create_partial_index("touchpoint", "channel_id", "occurred_at")
    create_partial_index("touchpoint", "contact_id", "occurred_at")
    create_partial_index("touchpoint", "lead_id", "occurred_at")
    create_partial_index("touchpoint", "member_id", "occurred_at")
    create_index("touchpoint", "occurred_at", "id")
    create_partial_index("touchpoint", "opportunity_id", "occurred_at")


def create_contribution() -> None:
    create_entity(
        "contribution",
        uuid("opportunity_id"),
        uuid("member_id"),
        term("department", DEPARTMENTS),
        column("share", sa.Numeric()),
        text("note", null=True),
        references("member_id", "member"),
        references("opportunity_id", "opportunity"),
        sa.UniqueConstraint("workspace_id", "opportunity_id", "member_id"),
        sa.CheckConstraint("share BETWEEN 0 AND 1", name="share_range"),
    )
    create_index("contribution", "member_id")
    create_index("contribution", "opportunity_id")


def create_recognition() -> None:
    create_entity(
        "recognition",
        uuid("contribution_id"),
        uuid("from_member_id"),
        text("message"),
        time("occurred_at"),
        references("contribution_id", "contribution"),
        references("from_member_id", "member"),
    )
    create_index("recognition", "contribution_id")
    create_index("recognition", "from_member_id")


def create_opportunity_line() -> None:
    create_entity(
        "opportunity_line",
        uuid("opportunity_id"),
        uuid("product_id"),
        column("quantity", sa.Numeric(), "'1'"),
        column("amount", sa.Numeric(), null=True),
        text("currency_code", null=True),
        references("opportunity_id", "opportunity", "CASCADE"),
        references("product_id", "product"),
        sa.UniqueConstraint("workspace_id", "opportunity_id", "product_id"),
        sa.CheckConstraint("(num_nonnulls(amount) > 0) = (currency_code IS NOT NULL)", name="has_currency"),
        sa.CheckConstraint("currency_code ~ '^[A-Z]{3}$'", name="currency_code_shape"),
        sa.CheckConstraint("quantity > 0", name="quantity_range"),
    )
    create_index("opportunity_line", "product_id")


def create_approval() -> None:
    create_entity(
        "approval",
        term("department", DEPARTMENTS),
        uuid("member_id"),
        term("decision", ("APPROVED", "REJECTED")),
        text("comment", null=True),
        time("decided_at"),
        uuid("glossary_version_id", null=True),
        uuid("lead_definition_id", null=True),
        uuid("target_list_id", null=True),
        uuid("activity_id", null=True),
        uuid("plan_id", null=True),
        references("activity_id", "activity"),
        references("glossary_version_id", "glossary_version"),
        references("lead_definition_id", "lead_definition"),
        references("member_id", "member"),
        references("plan_id", "plan"),
        references("target_list_id", "target_list"),
        sa.UniqueConstraint("workspace_id", "activity_id", "department"),
        sa.UniqueConstraint("workspace_id", "glossary_version_id", "department"),
        sa.UniqueConstraint("workspace_id", "lead_definition_id", "department"),
        sa.UniqueConstraint("workspace_id", "plan_id", "department"),
        sa.UniqueConstraint("workspace_id", "target_list_id", "department"),
        sa.CheckConstraint(
            "num_nonnulls(glossary_version_id, lead_definition_id, target_list_id, activity_id, plan_id) = 1",
            name="one_subject",
        ),
    )
    create_index("approval", "member_id")


def name_campaigns() -> None:
    for table, time_ in (("lead", "received_at"), ("opportunity", "opened_at")):
        op.add_column(table, uuid("campaign_id", null=True))
        add_reference(table, "campaign_id", "campaign")
        create_index(table, "campaign_id", time_, "id")
