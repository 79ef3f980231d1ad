"""What must hold in every generated workspace: statements that find the rows that break a rule.

They are written from the rules in words, and share nothing with the code that makes the rows.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import workspace_transaction

RULES = {
    "a lead's current stage is the last of its journey": """
        SELECT lead.id FROM lead LEFT JOIN LATERAL (
            SELECT to_stage_id, occurred_at FROM stage_transition
            WHERE journey_id = lead.journey_id ORDER BY occurred_at DESC, sequence DESC LIMIT 1
        ) AS last ON true
        WHERE (lead.stage_id, lead.stage_entered_at) IS DISTINCT FROM (last.to_stage_id, last.occurred_at)""",
    "an opportunity's current stage is the last of its own, or is held since nobody knows when": """
        SELECT opportunity.id FROM opportunity LEFT JOIN LATERAL (
            SELECT to_stage_id, occurred_at FROM stage_transition
            WHERE opportunity_id = opportunity.id ORDER BY occurred_at DESC, sequence DESC LIMIT 1
        ) AS last ON true
        WHERE (opportunity.stage_id, opportunity.stage_entered_at)
            IS DISTINCT FROM (last.to_stage_id, last.occurred_at)
          AND num_nonnulls(last.to_stage_id, stage_entered_at, opened_at) > 0""",
    "an opportunity is closed by its last WON or LOST unless reopened": """
        SELECT opportunity.id FROM opportunity LEFT JOIN LATERAL (
            SELECT max(occurred_at) FILTER (WHERE kind IN ('WON', 'LOST')) AS ended,
                   max(occurred_at) FILTER (WHERE kind = 'OPPORTUNITY') AS opened
            FROM stage_transition JOIN funnel_stage AS stage ON stage.id = to_stage_id
            WHERE opportunity_id = opportunity.id
        ) AS seen ON true
        WHERE closed_at IS DISTINCT FROM CASE WHEN opened IS NULL OR ended > opened THEN ended END""",
    "what nobody knows the beginning of is in a stage of open opportunities": """
        SELECT opportunity.id FROM opportunity LEFT JOIN funnel_stage AS stage ON stage.id = stage_id
        WHERE opened_at IS NULL AND (stage.kind IS DISTINCT FROM 'OPPORTUNITY' OR closed_at IS NOT NULL)""",
    "a lost opportunity, and no other, has the reason of its last transition": """
        SELECT opportunity.id FROM opportunity
        LEFT JOIN funnel_stage AS stage ON stage.id = stage_id AND stage.kind = 'LOST'
        WHERE (stage.id IS NULL) <> (lost_reason IS NULL)""",
    "every transition but the first comes from where the one before went": """
        SELECT id FROM (
            SELECT id, from_stage_id, lag(to_stage_id) OVER (
                PARTITION BY coalesce(lead_id, opportunity_id) ORDER BY occurred_at, sequence) AS before
            FROM stage_transition) AS chained
        WHERE from_stage_id IS DISTINCT FROM before""",
    "no transition stays where it was": "SELECT id FROM stage_transition WHERE from_stage_id = to_stage_id",
    "ends have a reason": """
        SELECT transition.id FROM stage_transition AS transition JOIN funnel_stage AS stage ON stage.id = to_stage_id
        WHERE kind IN ('LOST', 'DISQUALIFIED', 'RECYCLED') AND reason IS NULL""",
    "transitions arrived in the order of time": """
        SELECT id FROM (
            SELECT id, occurred_at, lag(occurred_at) OVER (ORDER BY sequence) AS before
            FROM stage_transition) AS arrived
        WHERE occurred_at < before""",
    "the first transition is when the lead came or the opportunity was opened": """
        SELECT transition.id FROM stage_transition AS transition
        LEFT JOIN lead ON lead.id = lead_id LEFT JOIN opportunity ON opportunity.id = opportunity_id
        WHERE from_stage_id IS NULL AND occurred_at <> coalesce(received_at, opened_at)""",
    "a journey is its lead's or its opportunity's": """
        SELECT id FROM journey
        WHERE NOT EXISTS (SELECT FROM lead WHERE journey_id = journey.id)
          AND NOT EXISTS (SELECT FROM opportunity WHERE journey_id = journey.id)""",
    "an opportunity goes on with its lead's journey, or its own names the lead": """
        SELECT opportunity.id FROM opportunity
        JOIN journey ON journey.id = opportunity.journey_id
        LEFT JOIN lead ON lead.journey_id = journey.id
        WHERE opportunity.origin_lead_id IS DISTINCT FROM coalesce(lead.id, journey.origin_lead_id)""",
    "a further opportunity comes after the first": """
        SELECT further.id FROM opportunity AS further
        JOIN journey ON journey.id = further.journey_id JOIN lead ON lead.id = journey.origin_lead_id
        LEFT JOIN opportunity AS first ON first.journey_id = lead.journey_id
        WHERE first.id IS NULL OR first.opened_at >= further.opened_at""",
    "an opportunity is opened after its lead's own transitions": """
        SELECT opportunity.id FROM opportunity JOIN stage_transition AS transition
            ON transition.journey_id = opportunity.journey_id AND transition.lead_id IS NOT NULL
        WHERE transition.occurred_at >= opportunity.opened_at""",
    "the buying group is of the opportunity's account": """
        SELECT seat.id FROM buying_group_member AS seat
        JOIN opportunity ON opportunity.id = opportunity_id JOIN contact ON contact.id = contact_id
        WHERE contact.account_id IS DISTINCT FROM opportunity.account_id""",
    "an asset counts its uses in won opportunities": """
        SELECT id FROM content_asset AS asset WHERE won_uses <> (
            SELECT count(*) FROM content_usage AS usage
            JOIN opportunity ON opportunity.id = opportunity_id
            JOIN funnel_stage AS stage ON stage.id = opportunity.stage_id AND stage.kind = 'WON'
            WHERE usage.asset_id = asset.id AND action <> 'RECREATED')""",
    "content is used for leads and opportunities that are there": """
        SELECT usage.id FROM content_usage AS usage
        LEFT JOIN lead ON lead.id = lead_id LEFT JOIN opportunity ON opportunity.id = opportunity_id
        WHERE occurred_at < coalesce(received_at, opened_at)""",
    "ids are in the order of business time": """
        SELECT id FROM (
            SELECT id, occurred_at, uuid_extract_version(id) AS version, uuid_extract_timestamp(id) AS stamped
            FROM content_usage
            UNION ALL
            SELECT id, received_at, uuid_extract_version(id), uuid_extract_timestamp(id) FROM lead
        ) AS stamps
        WHERE version <> 7 OR stamped IS DISTINCT FROM date_trunc('milliseconds', occurred_at)""",
}


async def assert_consistent(engine: AsyncEngine, workspace_id: UUID, rules: dict[str, str]) -> None:
    """Fail with every broken rule, each with one row that breaks it."""
    broken = {}
    async with workspace_transaction(engine, workspace_id) as connection:
        for rule, statement in rules.items():
            row = (await connection.execute(text(f"{statement} LIMIT 1"))).first()
            if row is not None:
                broken[rule] = tuple(row)
    assert not broken, broken
