"""The statements that make campaigns, the rates of their currency, and touchpoints, for data sets that have these."""

from __future__ import annotations

# One campaign begins every forty-first part of the span and goes on for five such parts. A quarter costs euros, which
# have a rate from the first day of every quarter; the workspace reports in dollars.
CAMPAIGNS = (
    """
    INSERT INTO exchange_rate (workspace_id, id, base_code, quote_code, valid_from, rate, created_at, updated_at)
    SELECT :workspace, pg_temp.identity(:since, n, 110), 'EUR', 'USD',
           (CAST(:since AS timestamptz) + n * interval '3 months')::date, 1 + pg_temp.pick(n, 111, 20)::numeric / 100,
           :since, :since
    FROM generate_series(0, 7) AS n
    """,
    """
    CREATE TEMP TABLE made_campaign ON COMMIT DROP AS
    SELECT n, pg_temp.identity(:since, n, 112) AS id,
           (CAST(:since AS timestamptz) + interval '1 second' * :span * (n - 1) / 41)::date AS starts_on,
           (CAST(:since AS timestamptz) + interval '1 second' * :span * (n + 4) / 41)::date AS ends_on
    FROM generate_series(1, 40) AS n
    """,
    """
    INSERT INTO campaign (workspace_id, id, name, kind, status, channel_id, owner_id, starts_on, ends_on, planned_cost,
                          actual_cost, currency_code, created_at, updated_at)
    SELECT :workspace, campaign.id, 'Campaign ' || campaign.n,
           (ARRAY['EMAIL', 'ADVERTISING', 'CONTENT', 'EVENT', 'WEBINAR', 'SOCIAL'])[pg_temp.pick(campaign.n, 113, 6)],
           'FINISHED', pg_temp.identity(:since, pg_temp.pick(campaign.n, 114, 6), 3), member.id, campaign.starts_on,
           campaign.ends_on, pg_temp.pick(campaign.n, 115, 50) * 1000, pg_temp.pick(campaign.n, 116, 50000),
           CASE WHEN campaign.n % 4 = 0 THEN 'EUR' ELSE 'USD' END, :since, :since
    FROM made_campaign AS campaign
    JOIN made_member AS member ON member.n = pg_temp.pick(campaign.n, 117, :members)
    """,
)

# As with uses: of one of the leads that came lately or of the opportunities opened lately, or with a contact or account.
TOUCHPOINTS = (
    """
    INSERT INTO touchpoint (workspace_id, id, kind, direction, occurred_at, channel_id, member_id, contact_id, lead_id,
                            opportunity_id, account_id, campaign_id, cost, currency_code, created_at, updated_at)
    SELECT :workspace, pg_temp.identity(happened.at, i, 120),
           (ARRAY['EMAIL', 'CALL', 'MEETING', 'WEB_VISIT', 'FORM', 'EVENT', 'ADVERTISEMENT', 'SOCIAL', 'CHAT'])
           [pg_temp.pick(i, 121, 9)],
           CASE WHEN outbound THEN 'OUTBOUND' ELSE 'INBOUND' END, happened.at,
           pg_temp.identity(:since, pg_temp.pick(i, 122, 6), 3), member.id, contact.id, lead.id, opportunity.id,
           account.id, campaign.id,
           CASE WHEN has_cost THEN pg_temp.pick(i, 123, 20000)::numeric / 100 END,
           CASE WHEN has_cost THEN (ARRAY['USD', 'USD', 'USD', 'EUR'])[pg_temp.pick(i, 124, 4)] END,
           happened.at, happened.at
    FROM (
        SELECT i, (i - 1 + pg_temp.draw(i, 125)) / :touchpoints AS part, pg_temp.pick(i, 126, 12) AS subject,
               pg_temp.pick(i, 127, 2) = 1 AS outbound, pg_temp.pick(i, 128, 3) = 1 AS has_cost,
               floor((i - 1)::float8 / :touchpoints * :leads)::bigint AS came,
               floor(((i - 1)::float8 / :touchpoints - :opening) * :opportunities)::bigint AS opened
        FROM generate_series(1, CAST(:touchpoints AS bigint)) AS i
    ) AS touch
    CROSS JOIN LATERAL (SELECT CAST(:since AS timestamptz) + interval '1 second' * (part * :span) AS at) AS happened
    LEFT JOIN made_member AS member ON outbound AND member.n = pg_temp.pick(i, 129, :members)
    LEFT JOIN made_campaign AS campaign
        ON pg_temp.pick(i, 130, 2) = 1
            AND campaign.n = least(40, greatest(1, floor(part * 41)::bigint + 2 - pg_temp.pick(i, 131, 5)))
    LEFT JOIN made_lead AS lead
        ON subject <= 3 AND lead.n = came + 1 - pg_temp.pick(i, 132, least(came, :leads / 8))
    LEFT JOIN made_opportunity AS opportunity
        ON subject BETWEEN 4 AND 7
            AND opportunity.n = opened + 1 - pg_temp.pick(i, 133, least(opened, :opportunities / 4))
    LEFT JOIN made_contact AS contact ON subject BETWEEN 8 AND 10 AND contact.n = pg_temp.pick(i, 134, :contacts)
    LEFT JOIN made_account AS account ON subject > 10 AND account.n = pg_temp.pick(i, 135, :accounts)
    ORDER BY i
    """,
)

STEPS: dict[str, tuple[str, ...]] = {"campaigns": CAMPAIGNS, "touchpoints": TOUCHPOINTS}
