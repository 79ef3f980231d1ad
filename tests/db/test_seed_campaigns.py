"""Campaigns, hand-offs, touchpoints and feedback of the demo agree with each other and with the journeys."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import workspace_transaction
from db.seed import seed
from tests.conftest import MadeWorkspace, WorkspaceFactory
from tests.db.history import assert_consistent

STEPS = """
    WITH step AS (SELECT transition.lead_id, transition.occurred_at, transition.member_id, came.key AS came, went.key AS went
    FROM stage_transition AS transition
    JOIN funnel_stage AS came ON came.id = from_stage_id JOIN funnel_stage AS went ON went.id = to_stage_id
    WHERE transition.lead_id IS NOT NULL)"""
"""The way of each lead: where it came from, where it went, when and by whom."""

HANDOFF_RULES = {
    "what sales accepted entered sal then, or sql at once, by who decided": """
        SELECT id FROM handoff WHERE decision = 'ACCEPTED' AND NOT EXISTS (
            SELECT FROM step
            WHERE step.lead_id = handoff.lead_id AND occurred_at = decided_at AND member_id = decided_by_id
              AND (went = 'sal' OR (came, went) = ('inquiry', 'sql')))""",
    "what entered sal, or sql at once, was accepted": """
        SELECT lead_id FROM step
        WHERE (went = 'sal' OR (went = 'sql' AND came <> 'sal')) AND NOT EXISTS (
            SELECT FROM handoff
            WHERE handoff.lead_id = step.lead_id AND decided_at = occurred_at AND decision = 'ACCEPTED')""",
    "what sales rejected left mql then": """
        SELECT id FROM handoff WHERE decision = 'REJECTED' AND NOT EXISTS (
            SELECT FROM step
            WHERE step.lead_id = handoff.lead_id AND occurred_at = decided_at
              AND came = 'mql' AND went IN ('disqualified', 'recycled'))""",
    "what left mql for an exit was rejected": """
        SELECT lead_id FROM step
        WHERE came = 'mql' AND went IN ('disqualified', 'recycled') AND NOT EXISTS (
            SELECT FROM handoff
            WHERE handoff.lead_id = step.lead_id AND decided_at = occurred_at AND decision = 'REJECTED')""",
    "what nobody decided lies in mql": """
        SELECT handoff.id FROM handoff JOIN lead ON lead.id = lead_id JOIN funnel_stage AS stage ON stage.id = stage_id
        WHERE decision IS NULL AND stage.key <> 'mql'""",
    "a lead is handed over after it came, and then answered, and then decided on": """
        SELECT handoff.id FROM handoff JOIN lead ON lead.id = lead_id
        WHERE NOT (handed_over_at >= received_at
            AND coalesce(first_response_at >= handed_over_at AND first_response_at <= decided_at, true)
            AND coalesce(decided_at > handed_over_at, true))""",
    "what was promised is due, and nothing else": "SELECT id FROM handoff WHERE num_nonnulls(service_level_id, due_at) = 1",
    "the promise was for such leads": """
        SELECT handoff.id FROM handoff
        JOIN lead ON lead.id = lead_id JOIN service_level AS level ON level.id = service_level_id
        WHERE level.channel_id <> lead.channel_id OR lead.score NOT BETWEEN coalesce(min_score, 0) AND coalesce(max_score, 100)
           OR handed_over_at < level.created_at""",
    "minutes of the clock are counted as they are": """
        SELECT handoff.id FROM handoff JOIN service_level AS level ON level.id = service_level_id
        WHERE NOT business_hours AND due_at <> handed_over_at + response_minutes * interval '1 minute'""",
    "minutes of business hours end in business hours": """
        SELECT handoff.id FROM handoff JOIN service_level AS level ON level.id = service_level_id
        WHERE business_hours AND (extract(isodow FROM due_at) > 5 OR due_at::time NOT BETWEEN '08:00' AND '17:00')""",
    "the definition was in force": """
        SELECT handoff.id FROM handoff LEFT JOIN lead_definition AS definition ON definition.id = definition_id
        WHERE definition_id IS DISTINCT FROM (
            SELECT id FROM lead_definition
            WHERE agreed_at <= handed_over_at AND coalesce(retired_at > handed_over_at, true))""",
    "a first response is a touchpoint of the lead": """
        SELECT handoff.id FROM handoff WHERE first_response_at IS NOT NULL AND NOT EXISTS (
            SELECT FROM touchpoint
            WHERE touchpoint.lead_id = handoff.lead_id AND occurred_at = first_response_at AND direction = 'OUTBOUND')""",
    "who decided says what the lead was like, after deciding": """
        SELECT feedback.id FROM lead_feedback AS feedback JOIN handoff ON handoff.id = handoff_id
        WHERE (feedback.lead_id, member_id) IS DISTINCT FROM (handoff.lead_id, decided_by_id) OR occurred_at < decided_at""",
    "who rejected says so again": """
        SELECT feedback.id FROM lead_feedback AS feedback JOIN handoff ON handoff.id = handoff_id
        WHERE decision = 'REJECTED' AND NOT rejection_reason = ANY(reasons)""",
}

CAMPAIGN_RULES = {
    "a lead came by the campaign's channel while it went on": """
        SELECT lead.id FROM lead JOIN campaign ON campaign.id = campaign_id
        WHERE lead.channel_id IS DISTINCT FROM campaign.channel_id OR status IN ('PLANNED', 'CANCELLED')
           OR received_at::date < starts_on OR received_at::date > ends_on""",
    "an opportunity came of its lead's campaign": """
        SELECT opportunity.id FROM opportunity LEFT JOIN lead ON lead.id = origin_lead_id
        WHERE opportunity.campaign_id IS DISTINCT FROM lead.campaign_id""",
    "an advertisement's lead came of the campaign that its address names": """
        SELECT lead.id FROM lead JOIN campaign ON campaign.id = campaign_id
        WHERE attributes ? 'utm' AND campaign.name <> CASE attributes #>> '{utm,campaign}'
            WHEN 'docks' THEN 'Search ads: docks' WHEN 'cold-chain' THEN 'Search ads: cold chain'
            ELSE 'Search ads: our own name' END""",
    "an answer comes after the invitation and before the activity": """
        SELECT invitation.id FROM invitation JOIN activity ON activity.id = activity_id
        WHERE responded_at < invited_at OR responded_at >= starts_at OR invited_at >= starts_at""",
    "nobody has attended what is still to come": """
        SELECT invitation.id FROM invitation JOIN activity ON activity.id = activity_id
        WHERE invitation.status = 'ATTENDED' AND activity.status <> 'FINISHED'""",
    "who attended was touched": """
        SELECT invitation.id FROM invitation WHERE status = 'ATTENDED' AND NOT EXISTS (
            SELECT FROM touchpoint
            WHERE touchpoint.activity_id = invitation.activity_id AND kind = 'EVENT'
              AND (touchpoint.contact_id = invitation.contact_id OR touchpoint.account_id = invitation.account_id))""",
    "an activity's touchpoint is its campaign's, and no earlier": """
        SELECT touchpoint.id FROM touchpoint JOIN activity ON activity.id = activity_id
        WHERE touchpoint.campaign_id <> activity.campaign_id
           OR (lead_id IS NULL AND occurred_at < starts_at)""",
    "a touchpoint of a lead is within half an hour of its coming, or later": """
        SELECT touchpoint.id FROM touchpoint JOIN lead ON lead.id = lead_id
        WHERE occurred_at < received_at - interval '30 minutes'""",
    "work on an opportunity begins with it and ends with it": """
        SELECT touchpoint.id FROM touchpoint JOIN opportunity ON opportunity.id = opportunity_id
        WHERE occurred_at NOT BETWEEN coalesce(opened_at, opportunity.created_at) AND coalesce(closed_at, 'infinity')""",
    "a member's touchpoint is the member's department's": """
        SELECT touchpoint.id FROM touchpoint JOIN member ON member.id = member_id
        WHERE touchpoint.department <> member.department""",
    "milestones are done in the year": "SELECT id FROM milestone WHERE done_on > date '2026-09-30'",
}

CONTRIBUTION_RULES = {
    "shares are of deals that are won, and of no more than the whole": """
        SELECT opportunity.id FROM contribution JOIN opportunity ON opportunity.id = opportunity_id
        JOIN funnel_stage AS stage ON stage.id = stage_id
        GROUP BY opportunity.id, stage.kind HAVING stage.kind <> 'WON' OR sum(share) > 1""",
    "a share is given for the member's own department": """
        SELECT contribution.id FROM contribution JOIN member ON member.id = member_id
        WHERE contribution.department <> member.department""",
    "thanks come from another department, which helped in the same deal": """
        SELECT recognition.id FROM recognition JOIN contribution ON contribution.id = contribution_id
        LEFT JOIN contribution AS other
            ON other.opportunity_id = contribution.opportunity_id AND other.member_id = from_member_id
        WHERE other.department IS NULL OR other.department = contribution.department""",
}


@pytest.fixture(scope="module")
async def seeded(engine: AsyncEngine, make_workspace: WorkspaceFactory) -> MadeWorkspace:
    workspace = await make_workspace()
    await seed(engine, workspace.id, lambda _step: None)
    return workspace


@pytest.mark.parametrize(
    "rules", [HANDOFF_RULES, CAMPAIGN_RULES, CONTRIBUTION_RULES], ids=["handoff", "campaign", "deal"]
)
async def test_the_story_agrees_with_itself(engine: AsyncEngine, seeded: MadeWorkspace, rules: dict[str, str]) -> None:
    await assert_consistent(engine, seeded.id, {rule: STEPS + statement for rule, statement in rules.items()})


async def rows(engine: AsyncEngine, workspace: MadeWorkspace, statement: str) -> list[tuple[Any, ...]]:
    async with workspace_transaction(engine, workspace.id) as connection:
        return [tuple(row) for row in await connection.execute(text(statement))]


async def test_sales_answers_late_and_leaves_some_undecided(engine: AsyncEngine, seeded: MadeWorkspace) -> None:
    found = await rows(
        engine,
        seeded,
        """SELECT coalesce(decision, 'none'), count(*), count(*) FILTER (WHERE first_response_at > due_at),
               count(*) FILTER (WHERE first_response_at IS NULL AND due_at < timestamptz '2026-10-01Z')
        FROM handoff GROUP BY 1 ORDER BY 1""",
    )
    assert found == [("ACCEPTED", 252, 80, 0), ("REJECTED", 28, 1, 8), ("none", 41, 1, 22)]


async def test_sales_disagrees_with_the_score(engine: AsyncEngine, seeded: MadeWorkspace) -> None:
    ((high_but_poor, low_but_good),) = await rows(
        engine,
        seeded,
        """SELECT count(*) FILTER (WHERE score >= 75 AND quality <= 2), count(*) FILTER (WHERE score < 70 AND quality >= 4)
        FROM lead_feedback JOIN lead ON lead.id = lead_id""",
    )
    assert (high_but_poor, low_but_good) == (10, 7)


async def test_marketing_likes_what_sellers_do_not_read(engine: AsyncEngine, seeded: MadeWorkspace) -> None:
    found = await rows(
        engine,
        seeded,
        """SELECT department, round(avg(rating) FILTER (WHERE kind IN ('WHITE_PAPER', 'EBOOK', 'ARTICLE', 'WEBINAR')), 2),
               round(avg(rating) FILTER (WHERE kind IN ('CASE_STUDY', 'CALCULATOR', 'PROPOSAL', 'DATASHEET')), 2)
        FROM content_feedback JOIN member ON member.id = member_id JOIN content_asset ON content_asset.id = asset_id
        WHERE department IN ('MARKETING', 'SALES') GROUP BY department ORDER BY department""",
    )
    assert [(row[0], *map(str, row[1:])) for row in found] == [("MARKETING", "4.30", "3.20"), ("SALES", "2.60", "4.26")]


async def test_most_deals_are_shared_by_the_departments(engine: AsyncEngine, seeded: MadeWorkspace) -> None:
    found = await rows(
        engine,
        seeded,
        """SELECT count(*), count(*) FILTER (WHERE departments = '{SALES}'), count(*) FILTER (WHERE total = 1) FROM (
            SELECT array_agg(DISTINCT department ORDER BY department) AS departments, sum(share) AS total
            FROM contribution GROUP BY opportunity_id) AS deal""",
    )
    assert found == [(40, 11, 3)]
