"""The three operations as one would write them for PostgreSQL by hand, each in the fastest form found.

PostgreSQL builds the JSON with ``concat``, which is cheaper than ``json_build_object``. Related rows come from lateral
sub-selects with LIMIT 1: their finished JSON is remembered by a Memoize node, and they are joined to the page alone.
Recommendations are read from the best fit on, so that few mappings are looked at: an asset's lesser mappings are left
out by an anti join, because DISTINCT ON would have to read all of them first.
"""

LEAD = """
SELECT concat('{"data":{"lead":{"id":"lead_', lead.id,
    '","name":', coalesce(to_json(lead.name), 'null'),
    ',"company":', coalesce(to_json(lead.company), 'null'),
    ',"email":', coalesce(to_json(lead.email), 'null'),
    ',"title":', coalesce(to_json(lead.title), 'null'),
    ',"score":', coalesce(lead.score::text, 'null'),
    ',"receivedAt":', to_json(lead.received_at),
    ',"stageEnteredAt":', coalesce(to_json(lead.stage_entered_at), 'null'), '}}}')
FROM lead WHERE lead.workspace_id = $1 AND lead.id = $2
"""

LEADS = """
SELECT concat('{"data":{"leads":{"nodes":[', string_agg(node, ','), ']}}}')
FROM (
    SELECT concat('{"id":"lead_', lead.id,
        '","name":', coalesce(to_json(lead.name), 'null'),
        ',"company":', coalesce(to_json(lead.company), 'null'),
        ',"score":', coalesce(lead.score::text, 'null'),
        ',"receivedAt":', to_json(lead.received_at),
        ',"account":', coalesce(account.node, 'null'),
        ',"owner":', coalesce(owner.node, 'null'),
        ',"persona":', coalesce(persona.node, 'null'),
        ',"stage":', coalesce(stage.node, 'null'), '}') AS node
    FROM lead
    LEFT JOIN LATERAL (
        SELECT concat('{"id":"acct_', account.id, '","name":', to_json(account.name), '}') AS node
        FROM account WHERE account.workspace_id = $1 AND account.id = lead.account_id LIMIT 1
    ) AS account ON true
    LEFT JOIN LATERAL (
        SELECT concat('{"id":"mem_', member.id, '","name":', to_json(member.name), '}') AS node
        FROM member WHERE member.workspace_id = $1 AND member.id = lead.owner_id LIMIT 1
    ) AS owner ON true
    LEFT JOIN LATERAL (
        SELECT concat('{"id":"per_', persona.id, '","name":', to_json(persona.name), '}') AS node
        FROM persona WHERE persona.workspace_id = $1 AND persona.id = lead.persona_id LIMIT 1
    ) AS persona ON true
    LEFT JOIN LATERAL (
        SELECT concat('{"key":', to_json(stage.key), ',"name":', to_json(stage.name), '}') AS node
        FROM funnel_stage AS stage WHERE stage.workspace_id = $1 AND stage.id = lead.stage_id LIMIT 1
    ) AS stage ON true
    WHERE lead.workspace_id = $1
    ORDER BY lead.received_at DESC, lead.id DESC
    LIMIT 50
) AS page
"""

RECOMMENDATION = """
SELECT concat('{"data":{"opportunity":{"id":"opp_', opportunity.id, '","name":', to_json(opportunity.name),
    ',"recommendedContent":[', best.nodes, ']}}}')
FROM opportunity
CROSS JOIN LATERAL (
    SELECT string_agg(concat('{"asset":{"id":"asset_', ranked.id, '","title":', to_json(ranked.title),
        ',"kind":"', ranked.kind, '","url":', coalesce(to_json(ranked.url), 'null'),
        '},"fitWeight":', ranked.fit_weight, ',"reasons":[{"code":"STAGE","text":', stage.reason,
        coalesce(persona.reason, '},{"code":"ANY_PERSONA","text":"Fits any persona."'),
        CASE WHEN ranked.won_uses > 0 THEN concat('},{"code":"WON_USES","text":"Used ', ranked.won_uses,
            CASE ranked.won_uses WHEN 1 THEN ' time' ELSE ' times' END, ' in won opportunities."') END,
        '},{"code":"REVIEWED","text":"Last reviewed on ' || ranked.reviewed_on || '."', '}]}'), ',') AS nodes
    FROM (
        SELECT asset.id, asset.title, asset.kind, asset.url, asset.won_uses, asset.reviewed_on,
            fit.fit_weight, fit.persona_id, fit.buying_stage_id
        FROM content_mapping AS fit
        JOIN content_asset AS asset
          ON asset.workspace_id = $1 AND asset.id = fit.asset_id AND asset.status = 'ACTIVE'
        WHERE fit.workspace_id = $1
          AND fit.buying_stage_id = (
            SELECT buying_stage_id FROM funnel_stage WHERE workspace_id = $1 AND id = opportunity.stage_id)
          AND (fit.persona_id IS NULL OR fit.persona_id = ANY (ARRAY(
              SELECT contact.persona_id
              FROM buying_group_member AS member
              JOIN contact ON contact.workspace_id = $1 AND contact.id = member.contact_id
              WHERE member.workspace_id = $1 AND member.opportunity_id = opportunity.id
              UNION ALL
              SELECT persona_id FROM lead WHERE workspace_id = $1 AND id = opportunity.origin_lead_id)))
          AND NOT EXISTS (
            SELECT FROM content_mapping AS better
            WHERE better.workspace_id = $1
              AND better.asset_id = fit.asset_id
              AND better.buying_stage_id = fit.buying_stage_id
              AND (better.persona_id IS NULL OR better.persona_id = ANY (ARRAY(
                  SELECT contact.persona_id
                  FROM buying_group_member AS member
                  JOIN contact ON contact.workspace_id = $1 AND contact.id = member.contact_id
                  WHERE member.workspace_id = $1 AND member.opportunity_id = opportunity.id
                  UNION ALL
                  SELECT persona_id FROM lead WHERE workspace_id = $1 AND id = opportunity.origin_lead_id)))
              AND (better.fit_weight > fit.fit_weight OR better.fit_weight = fit.fit_weight AND (
                better.persona_id < fit.persona_id OR better.persona_id IS NOT NULL AND fit.persona_id IS NULL)))
        ORDER BY fit.fit_weight DESC, fit.persona_id IS NULL, asset.won_uses DESC,
            asset.reviewed_on DESC NULLS LAST, asset.id
        LIMIT 20
    ) AS ranked
    LEFT JOIN LATERAL (
        SELECT to_json(concat('Mapped to the buying stage ', stage.name, '.')) AS reason
        FROM buying_stage AS stage WHERE stage.workspace_id = $1 AND stage.id = ranked.buying_stage_id LIMIT 1
    ) AS stage ON true
    LEFT JOIN LATERAL (
        SELECT concat('},{"code":"PERSONA","text":', to_json(concat('Made for ', persona.name, '.'))) AS reason
        FROM persona WHERE persona.workspace_id = $1 AND persona.id = ranked.persona_id LIMIT 1
    ) AS persona ON true
) AS best
WHERE opportunity.workspace_id = $1 AND opportunity.id = $2
"""
