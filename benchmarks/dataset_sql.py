"""The statements behind :mod:`benchmarks.dataset`, in the order in which they run.

Temporary tables ``made_…`` keep the number, id and times of what was made, for the later statements to refer to.
"""

from __future__ import annotations

from benchmarks.dataset_journeys import JOURNEYS, TRANSITIONS, USAGES

# draw: a number in [0, 1). pick: a whole number in [1, size]. identity: a version 7 UUID of the time given; it is
# STABLE, as date_part of a timestamptz is, or PostgreSQL would not inline it.
FUNCTIONS = (
    """
    CREATE OR REPLACE FUNCTION pg_temp.draw(n bigint, salt bigint) RETURNS float8 IMMUTABLE LANGUAGE sql
    RETURN (hashint8extended(n, salt) & 4503599627370495)::float8 / 4503599627370496
    """,
    """
    CREATE OR REPLACE FUNCTION pg_temp.pick(n bigint, salt bigint, size bigint) RETURNS bigint IMMUTABLE LANGUAGE sql
    RETURN 1 + floor(pg_temp.draw(n, salt) * size)::bigint
    """,
    """
    CREATE OR REPLACE FUNCTION pg_temp.identity(at timestamptz, n bigint, salt bigint) RETURNS uuid
    STABLE LANGUAGE sql
    RETURN (
        lpad(to_hex(floor(date_part('epoch', at) * 1000)::bigint), 12, '0')
        || '7' || lpad(to_hex(n & 4095), 3, '0')
        || '8' || right(lpad(to_hex(hashint8extended(n, salt)), 16, '0'), 15)
    )::uuid
    """,
)

PEOPLE = (
    """
    INSERT INTO team (workspace_id, id, name, department, created_at, updated_at)
    SELECT :workspace, pg_temp.identity(:since, n, 1), 'Team ' || n,
           (ARRAY['MARKETING', 'SALES', 'SALES', 'LEADERSHIP'])[n],
           :since, :since
    FROM generate_series(1, 4) AS n
    """,
    """
    CREATE TEMP TABLE made_member ON COMMIT DROP AS
    SELECT n, pg_temp.identity(:since, n, 2) AS id, 1 + n % 4 AS team
    FROM generate_series(1, CAST(:members AS bigint)) AS n
    """,
    """
    INSERT INTO member (workspace_id, id, name, email, department, role, team_id, active, created_at, updated_at)
    SELECT :workspace, id, 'Member ' || n, 'member' || n || '@company.example',
           (ARRAY['MARKETING', 'SALES', 'SALES', 'LEADERSHIP'])[team], 'CONTRIBUTOR',
           pg_temp.identity(:since, team, 1), n % 20 <> 0, :since, :since
    FROM made_member
    """,
    """
    INSERT INTO channel (workspace_id, id, key, label, department, created_at, updated_at)
    SELECT :workspace, pg_temp.identity(:since, n, 3), 'channel_' || n, 'Channel ' || n,
           CASE WHEN n <= 4 THEN 'MARKETING' WHEN n = 5 THEN 'SALES' END, :since, :since
    FROM generate_series(1, 6) AS n
    """,
    """
    INSERT INTO persona (workspace_id, id, name, job_titles, goals, pains, default_buying_role, created_at, updated_at)
    SELECT :workspace, pg_temp.identity(:since, n, 4), 'Persona ' || n, ARRAY['Title ' || n, 'Chief ' || n],
           ARRAY['Goal ' || n], ARRAY['Pain ' || n],
           (ARRAY['CHAMPION', 'DECISION_MAKER', 'INFLUENCER', 'USER', 'BUYER'])[n], :since, :since
    FROM generate_series(1, 5) AS n
    """,
    """
    INSERT INTO persona_question
        (workspace_id, id, persona_id, buying_stage_id, position, question, created_at, updated_at)
    SELECT :workspace, pg_temp.identity(:since, n, 5), pg_temp.identity(:since, 1 + n / 4, 4),
           (CAST(:buying_stages AS uuid[]))[1 + n % 4], 1, 'Question ' || n || '?', :since, :since
    FROM generate_series(0, 19) AS n
    """,
)

CONTENT = (
    """
    CREATE TEMP TABLE made_asset ON COMMIT DROP AS
    SELECT n, pg_temp.identity(:since, n, 10) AS id FROM generate_series(1, CAST(:assets AS bigint)) AS n
    """,
    """
    INSERT INTO content_asset (workspace_id, id, title, kind, url, language, owner_id, status, published_on,
                               reviewed_on, expires_on, created_at, updated_at)
    SELECT :workspace, asset.id, 'Asset ' || asset.n,
           (ARRAY['CASE_STUDY', 'WHITE_PAPER', 'EBOOK', 'ARTICLE', 'VIDEO', 'WEBINAR', 'DATASHEET', 'PRESENTATION',
                  'BATTLECARD', 'EMAIL_TEMPLATE', 'CALCULATOR', 'PROPOSAL', 'OTHER'])[pg_temp.pick(asset.n, 11, 13)],
           'https://company.example/library/' || asset.n,
           CASE WHEN asset.n % 5 = 0 THEN 'de' ELSE 'en' END, member.id,
           CASE WHEN asset.n % 20 = 0 THEN 'DRAFT' WHEN asset.n % 20 = 1 THEN 'ARCHIVED' ELSE 'ACTIVE' END,
           published.day,
           CASE WHEN asset.n % 3 > 0 THEN published.day + 300 + pg_temp.pick(asset.n, 13, 400)::int END,
           CASE WHEN asset.n % 4 = 0 THEN published.day + 1500 END, :since, :since
    FROM made_asset AS asset
    JOIN made_member AS member ON member.n = pg_temp.pick(asset.n, 12, :members)
    CROSS JOIN LATERAL (
        SELECT CAST(:since AS timestamptz)::date - pg_temp.pick(asset.n, 14, 500)::int AS day
    ) AS published
    """,
    # Three to six of the twenty places (five personas by four stages); a step coprime to twenty never repeats one.
    # Two of the places, in different stages, stand for any persona.
    """
    INSERT INTO content_mapping
        (workspace_id, id, asset_id, persona_id, buying_stage_id, fit_weight, created_at, updated_at)
    SELECT :workspace, pg_temp.identity(:since, 8 * asset.n + k, 20), asset.id,
           CASE WHEN place NOT IN (3, 18) THEN pg_temp.identity(:since, 1 + place / 4, 4) END, (CAST(:buying_stages AS uuid[]))[1 + place % 4],
           round(pg_temp.pick(8 * asset.n + k, 21, 100)::numeric / 100, 2), :since, :since
    FROM made_asset AS asset
    CROSS JOIN LATERAL generate_series(0, 1 + pg_temp.pick(asset.n, 22, 4)) AS k
    CROSS JOIN LATERAL (
        SELECT ((pg_temp.pick(asset.n, 23, 20)
                 + k * (ARRAY[1, 3, 7, 9, 11, 13, 17, 19])[pg_temp.pick(asset.n, 24, 8)]) % 20)::int AS place
    ) AS placed
    """,
)

ACCOUNTS = (
    """
    CREATE TEMP TABLE made_account ON COMMIT DROP AS
    SELECT n, pg_temp.identity(:since, n, 30) AS id FROM generate_series(1, CAST(:accounts AS bigint)) AS n
    """,
    """
    INSERT INTO account (workspace_id, id, name, domain, industry, employees, country, tier, parent_id, owner_id,
                         created_at, updated_at)
    SELECT :workspace, account.id, 'Account ' || account.n, 'account' || account.n || '.example',
           (ARRAY['Logistics', 'Retail', 'Food', 'Pharma', 'Automotive'])[pg_temp.pick(account.n, 31, 5)],
           pg_temp.pick(account.n, 32, 10000), (ARRAY['US', 'DE', 'GB', 'FR', 'NO'])[pg_temp.pick(account.n, 33, 5)],
           (ARRAY['A', 'B', 'C'])[pg_temp.pick(account.n, 34, 3)], parent.id, member.id, :since, :since
    FROM made_account AS account
    JOIN made_member AS member ON member.n = pg_temp.pick(account.n, 35, :members)
    LEFT JOIN made_account AS parent ON account.n % 10 = 0 AND parent.n = account.n - 1
    """,
    """
    CREATE TEMP TABLE made_contact ON COMMIT DROP AS
    SELECT contact.n, pg_temp.identity(:since, contact.n, 40) AS id, account.n AS account, account.id AS account_id,
           pg_temp.identity(:since, pg_temp.pick(contact.n, 41, 5), 4) AS persona_id
    FROM generate_series(1, CAST(:contacts AS bigint)) AS contact (n)
    JOIN made_account AS account ON account.n = 1 + (contact.n - 1) % :accounts
    """,
    """
    INSERT INTO contact (workspace_id, id, name, email, title, account_id, persona_id, created_at, updated_at)
    SELECT :workspace, id, 'Contact ' || n, 'contact' || n || '@account' || account || '.example', 'Title ' || n % 10,
           account_id, persona_id, :since, :since
    FROM made_contact
    """,
)

STEPS: dict[str, tuple[str, ...]] = {
    "people and personas": PEOPLE,
    "content": CONTENT,
    "accounts and contacts": ACCOUNTS,
    "leads and opportunities": JOURNEYS,
    "transitions": TRANSITIONS,
    "usages": USAGES,
}
