"""Partners: a role that reads what is shared with a partner's team, and nothing else.

The compiler has the same conditions in ``resolvers/sharing.py``; a test holds each of the two against the rows.
"""

from __future__ import annotations

from db.migrations.tenancy import TEAM, create_partner_role, share, unshare

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def seen(table: str, key: str, *, by: str = "id") -> str:
    """Whether partners see a row of ``table`` whose column ``by`` equals ``key``, a column of the row in question."""
    outer = key.partition(".")[0]
    return f"EXISTS (SELECT FROM {table} WHERE {table}.workspace_id = {outer}.workspace_id AND {table}.{by} = {key})"


VOCABULARY = ["workspace", "persona", "buying_stage", "persona_question", "funnel_stage", "channel"]
"""What both sides must mean the same by; partners too."""

SHARED = {
    "team": f"id = {TEAM}",
    "account": f"partner_team_id = {TEAM}",
    "lead": f"partner_team_id = {TEAM}",
    "opportunity": f"partner_team_id = {TEAM}",
    "content_asset": f"for_partners AND {TEAM} IS NOT NULL",
    "content_mapping": seen("content_asset", "content_mapping.asset_id"),
    "contact": seen("account", "contact.account_id"),
    "buying_group_member": " AND ".join(
        [seen("opportunity", "buying_group_member.opportunity_id"), seen("contact", "buying_group_member.contact_id")]
    ),
    "member": " OR ".join(
        [
            f"team_id = {TEAM}",
            seen("account", "member.id", by="owner_id"),
            seen("lead", "member.id", by="owner_id"),
            seen("lead", "member.id", by="sales_owner_id"),
            seen("opportunity", "member.id", by="owner_id"),
            seen("content_asset", "member.id", by="owner_id"),
        ]
    ),
}

REFERRED = dict.fromkeys(VOCABULARY, "true") | {table: seen(table, "external_ref.entity_id") for table in SHARED}
"""What other systems call a row is told to whoever sees the row."""


def upgrade() -> None:
    create_partner_role()
    for table in VOCABULARY:
        share(table)
    for table, only in SHARED.items():
        share(table, only)
    cases = " ".join(f"WHEN '{table}' THEN {condition}" for table, condition in REFERRED.items())
    share("external_ref", f"CASE entity {cases} END")


def downgrade() -> None:
    """The role stays, as the server's does."""
    for table in ["external_ref", *SHARED, *VOCABULARY]:
        unshare(table)
