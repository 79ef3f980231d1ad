"""The statements that make leads, opportunities, their transitions and the uses of content, for the data set."""

from __future__ import annotations

# A lead's own transitions go up and down between inquiry and a highest stage; their number varies in pairs of leads
# that cancel out, so that the total is exact. The unit of time shrinks towards the end, so that all fits in the span.
JOURNEYS = (
    """
    CREATE TEMP TABLE made_path ON COMMIT DROP AS
    SELECT path, step, stage, lag(stage) OVER (PARTITION BY path ORDER BY step) AS before,
           step = max(step) OVER (PARTITION BY path) AS is_last
    FROM unnest(CAST(:path_numbers AS int[]), CAST(:path_steps AS int[]), CAST(:path_stages AS int[]))
        AS given (path, step, stage)
    """,
    """
    CREATE TEMP TABLE made_lead ON COMMIT DROP AS
    SELECT lead.n, pg_temp.identity(received.at, lead.n, 50) AS id, received.at AS received_at,
           pg_temp.identity(received.at, lead.n, 51) AS journey_id,
           interval '1 second' * least(:unit, (:span - received.seconds) / (:steps + :spread + 2 * :longest_path + 4))
               AS unit,
           :steps + (lead.n <= :longer)::int
               + (CASE lead.n % 2 WHEN 1 THEN 1 ELSE -1 END) * (pg_temp.pick((lead.n + 1) / 2, 52, :spread + 1) - 1)
               AS steps,
           1 + pg_temp.pick(lead.n, 53, 3) AS highest,
           CASE WHEN pg_temp.draw(lead.n, 54) < 0.25 THEN 10 WHEN pg_temp.draw(lead.n, 54) < 0.45 THEN 11 END AS exit
    FROM generate_series(1, CAST(:leads AS bigint)) AS lead (n)
    CROSS JOIN LATERAL (SELECT (lead.n - 1 + pg_temp.draw(lead.n, 55)) / :leads * :span AS seconds) AS offset_by
    CROSS JOIN LATERAL (
        SELECT offset_by.seconds, CAST(:since AS timestamptz) + interval '1 second' * offset_by.seconds AS at
    ) AS received
    """,
    # Of ten opportunities nine share the journey of a lead; every second tenth is a further one of the lead before.
    """
    CREATE TEMP TABLE made_opportunity ON COMMIT DROP AS
    SELECT o AS n, pg_temp.identity(first_step.at, o, 60) AS id, first_step.at AS opened_at, lead.unit,
           CASE WHEN o % 10 > 0 THEN lead.journey_id ELSE pg_temp.identity(first_step.at, o, 61) END AS journey_id,
           o % 10 > 0 AS shares, CASE WHEN o % 20 <> 10 THEN lead.id END AS origin_lead_id,
           CASE WHEN o % 20 <> 10 THEN lead.n END AS lead, lead.n AS near_lead,
           (CAST(:slots AS int[]))[1 + o * :slot_step % cardinality(CAST(:slots AS int[]))] AS path
    FROM generate_series(1, CAST(:opportunities AS bigint)) AS o
    JOIN made_lead AS lead ON lead.n = (o - (o % 20 = 0)::int) * :leads_apart
    CROSS JOIN LATERAL (
        SELECT lead.received_at + lead.unit * (lead.steps + CASE o % 20 WHEN 0 THEN :longest_path + 1 ELSE 0 END) AS at
    ) AS first_step
    """,
    """
    CREATE TEMP TABLE made_step ON COMMIT DROP AS
    SELECT lead.journey_id, lead.id AS lead_id, CAST(NULL AS uuid) AS opportunity_id, lead.n AS lead,
           CAST(NULL AS bigint) AS opportunity, k + 1 = lead.steps AS is_last,
           CASE WHEN k > 0 THEN 1 + abs((k + highest - 2) % (2 * (highest - 1)) - (highest - 1)) END AS before,
           CASE WHEN k > 0 AND k + 1 = lead.steps AND exit IS NOT NULL AND opportunity.id IS NULL THEN exit
                ELSE 1 + abs((k + highest - 1) % (2 * (highest - 1)) - (highest - 1)) END AS stage,
           lead.received_at + lead.unit * CASE k WHEN 0 THEN 0 ELSE k + 0.8 * pg_temp.draw(lead.n * 64 + k, 56) END
               AS occurred_at
    FROM made_lead AS lead
    LEFT JOIN made_opportunity AS opportunity ON opportunity.shares AND opportunity.lead = lead.n
    CROSS JOIN LATERAL generate_series(0, lead.steps - 1) AS k
    UNION ALL
    SELECT opportunity.journey_id, NULL, opportunity.id, NULL, opportunity.n, path.is_last, path.before, path.stage,
           opportunity.opened_at + opportunity.unit
               * CASE path.step WHEN 0 THEN 0
                      ELSE path.step + 0.8 * pg_temp.draw(opportunity.n * 64 + path.step, 62) END
    FROM made_opportunity AS opportunity
    JOIN made_path AS path ON path.path = opportunity.path
    """,
    "ANALYZE made_lead, made_opportunity, made_step",
    """
    INSERT INTO journey (workspace_id, id, created_at, updated_at)
    SELECT :workspace, journey_id, received_at, received_at FROM made_lead ORDER BY n
    """,
    """
    INSERT INTO lead (workspace_id, id, journey_id, received_at, name, company, email, title, contact_id, account_id,
                      persona_id, channel_id, first_asset_id, owner_id, sales_owner_id, stage_id, stage_entered_at,
                      score, needs, attributes, created_at, updated_at)
    SELECT :workspace, lead.id, lead.journey_id, lead.received_at, 'Lead ' || lead.n, 'Account ' || contact.account,
           'lead' || lead.n || '@account' || contact.account || '.example', 'Title ' || lead.n % 10, contact.id,
           contact.account_id, contact.persona_id,
           CASE WHEN lead.n % 50 > 0 THEN pg_temp.identity(:since, pg_temp.pick(lead.n, 57, 6), 3) END, asset.id,
           owner.id, seller.id, (CAST(:stages AS uuid[]))[coalesce(sale.stage, own.stage)],
           coalesce(sale.occurred_at, own.occurred_at), pg_temp.pick(lead.n, 58, 100), ARRAY['Need ' || lead.n % 7],
           jsonb_build_object('sites', lead.n % 9), lead.received_at, coalesce(sale.occurred_at, own.occurred_at)
    FROM made_lead AS lead
    JOIN made_step AS own ON own.lead = lead.n AND own.is_last
    LEFT JOIN made_opportunity AS opportunity ON opportunity.shares AND opportunity.lead = lead.n
    LEFT JOIN made_step AS sale ON sale.opportunity = opportunity.n AND sale.is_last
    JOIN made_contact AS contact ON contact.n = pg_temp.pick(lead.n, 59, :contacts)
    JOIN made_asset AS asset ON asset.n = pg_temp.pick(lead.n, 64, :assets)
    JOIN made_member AS owner ON owner.n = pg_temp.pick(lead.n, 65, :members)
    JOIN made_member AS seller ON seller.n = pg_temp.pick(lead.n, 66, :members)
    ORDER BY lead.n
    """,
    """
    INSERT INTO journey (workspace_id, id, origin_lead_id, created_at, updated_at)
    SELECT :workspace, journey_id, origin_lead_id, opened_at, opened_at
    FROM made_opportunity WHERE NOT shares ORDER BY n
    """,
    """
    INSERT INTO opportunity (workspace_id, id, journey_id, opened_at, name, account_id, stage_id, stage_entered_at,
                             amount, currency_code, expected_close_on, closed_at, owner_id, origin_lead_id, lost_reason,
                             created_at, updated_at)
    SELECT :workspace, opportunity.id, opportunity.journey_id, opportunity.opened_at, 'Opportunity ' || opportunity.n,
           contact.account_id, (CAST(:stages AS uuid[]))[step.stage], step.occurred_at,
           pg_temp.pick(opportunity.n, 67, 200000), CASE WHEN opportunity.n % 20 = 3 THEN 'EUR' ELSE 'USD' END,
           (opportunity.opened_at + interval '90 days')::date,
           CASE WHEN step.stage IN (8, 9) THEN step.occurred_at END,
           member.id, opportunity.origin_lead_id, CASE WHEN step.stage = 9 THEN 'Reason ' || opportunity.n % 5 END,
           opportunity.opened_at, step.occurred_at
    FROM made_opportunity AS opportunity
    JOIN made_step AS step ON step.opportunity = opportunity.n AND step.is_last
    JOIN made_contact AS contact ON contact.n = pg_temp.pick(opportunity.near_lead, 59, :contacts)
    JOIN made_member AS member ON member.n = pg_temp.pick(opportunity.near_lead, 66, :members)
    ORDER BY opportunity.n
    """,
    # The contacts of one account are as far apart as there are accounts.
    """
    INSERT INTO buying_group_member
        (workspace_id, id, opportunity_id, contact_id, role, is_primary, created_at, updated_at)
    SELECT :workspace, pg_temp.identity(opportunity.opened_at, 4 * opportunity.n + k, 70), opportunity.id, contact.id,
           (ARRAY['CHAMPION', 'DECISION_MAKER', 'BUYER'])[k + 1], k = 0, opportunity.opened_at, opportunity.opened_at
    FROM made_opportunity AS opportunity
    CROSS JOIN generate_series(0, 2) AS k
    JOIN made_contact AS contact
        ON contact.n = 1 + (pg_temp.pick(opportunity.near_lead, 59, :contacts) - 1 + k * :accounts) % :contacts
    """,
    """
    INSERT INTO external_ref (workspace_id, entity, source, external_id, entity_id, created_at)
    SELECT CAST(:workspace AS uuid), 'lead', 'crm', 'L' || n, id, received_at FROM made_lead
    UNION ALL
    SELECT CAST(:workspace AS uuid), 'opportunity', 'crm', 'O' || n, id, opened_at FROM made_opportunity
    """,
)

TRANSITIONS = (
    """
    INSERT INTO stage_transition (workspace_id, id, journey_id, lead_id, opportunity_id, from_stage_id, to_stage_id,
                                  occurred_at, member_id, reason, created_at, updated_at)
    SELECT :workspace, pg_temp.identity(step.occurred_at, step.n, 80), step.journey_id, step.lead_id,
           step.opportunity_id, (CAST(:stages AS uuid[]))[step.before], (CAST(:stages AS uuid[]))[step.stage],
           step.occurred_at, member.id, CASE WHEN step.stage >= 9 THEN 'Reason ' || step.n % 5 END,
           step.occurred_at, step.occurred_at
    FROM (
        SELECT made_step.*, row_number() OVER (ORDER BY occurred_at, journey_id) AS n FROM made_step
    ) AS step
    LEFT JOIN made_member AS member ON step.before IS NOT NULL AND member.n = pg_temp.pick(step.n, 81, :members)
    ORDER BY step.n
    """,
)

# A use is for one of the leads that came lately, for one of the opportunities opened lately, for an account, or for
# nobody known. Some uses fall after an opportunity's close: customers read on.
USAGES = (
    """
    INSERT INTO content_usage (workspace_id, id, asset_id, action, member_id, contact_id, lead_id, opportunity_id,
                               account_id, channel_id, minutes, occurred_at, created_at, updated_at)
    SELECT :workspace, pg_temp.identity(happened.at, i, 90), asset.id,
           CASE actor WHEN 1
                      THEN (ARRAY['SENT', 'SENT', 'PRESENTED', 'SHARED', 'CUSTOMIZED', 'RECREATED'])
                           [pg_temp.pick(i, 92, 6)]
                      ELSE (ARRAY['VIEWED', 'VIEWED', 'DOWNLOADED'])[pg_temp.pick(i, 92, 3)] END,
           member.id, contact.id, lead.id, opportunity.id, account.id,
           CASE WHEN i % 10 < 7 THEN pg_temp.identity(:since, pg_temp.pick(i, 93, 6), 3) END,
           CASE WHEN i % 3 = 0 THEN pg_temp.pick(i, 94, 90) END, happened.at, happened.at, happened.at
    FROM (
        SELECT i, (i - 1 + pg_temp.draw(i, 91)) / :usages AS part, pg_temp.pick(i, 95, 10) AS subject,
               pg_temp.pick(i, 96, 3) AS actor, floor((i - 1)::float8 / :usages * :leads)::bigint AS came,
               floor(((i - 1)::float8 / :usages - :opening) * :opportunities)::bigint AS opened
        FROM generate_series(1, CAST(:usages AS bigint)) AS i
    ) AS usage
    CROSS JOIN LATERAL (SELECT CAST(:since AS timestamptz) + interval '1 second' * (part * :span) AS at) AS happened
    JOIN made_asset AS asset ON asset.n = 1 + floor(power(pg_temp.draw(i, 97), 2.5) * :assets)::bigint
    LEFT JOIN made_member AS member ON actor = 1 AND member.n = pg_temp.pick(i, 98, :members)
    LEFT JOIN made_contact AS contact ON actor = 2 AND contact.n = pg_temp.pick(i, 99, :contacts)
    LEFT JOIN made_lead AS lead
        ON subject <= 4 AND lead.n = came + 1 - pg_temp.pick(i, 100, least(came, :leads / 8))
    LEFT JOIN made_opportunity AS opportunity
        ON subject BETWEEN 5 AND 7
            AND opportunity.n = opened + 1 - pg_temp.pick(i, 101, least(opened, :opportunities / 4))
    LEFT JOIN made_account AS account ON subject = 8 AND account.n = pg_temp.pick(i, 102, :accounts)
    ORDER BY i
    """,
    # Whoever does not own the tables is told that this is left out, and has their indexes instead.
    "ANALYZE content_usage, opportunity",
    """
    UPDATE content_asset SET won_uses = won.uses
    FROM (
        SELECT usage.asset_id, count(*) AS uses
        FROM content_usage AS usage
        JOIN opportunity ON opportunity.workspace_id = :workspace AND opportunity.id = usage.opportunity_id
        WHERE usage.workspace_id = :workspace AND usage.action <> 'RECREATED'
          AND opportunity.stage_id = (CAST(:stages AS uuid[]))[8]
        GROUP BY usage.asset_id
    ) AS won
    WHERE content_asset.workspace_id = :workspace AND content_asset.id = won.asset_id
    """,
)
