-- What a good PostGraphile project would write for "the 20 best contents for an opportunity": a STABLE function as a
-- computed column, ranked as Wavelength ranks. Its rows are typed, and refer to the asset, so that a client selects
-- from them what it needs; names that the reasons mention are looked up for the chosen rows only.
DROP SCHEMA IF EXISTS benchmark CASCADE;
CREATE SCHEMA benchmark;

CREATE TYPE benchmark.reason AS (code text, text text);

CREATE VIEW benchmark.recommendation AS
    SELECT asset.workspace_id, asset.id AS asset_id, NULL::double precision AS fit_weight, NULL::benchmark.reason[] AS reasons
    FROM public.content_asset AS asset WHERE false;

COMMENT ON VIEW benchmark.recommendation IS
E'@foreignKey (workspace_id, asset_id) references public.content_asset (workspace_id, id)|@fieldName asset';

CREATE FUNCTION benchmark.opportunity_recommended_content(opportunity public.opportunity, best integer)
RETURNS SETOF benchmark.recommendation LANGUAGE sql STABLE ROWS 20 AS $$
    SELECT opportunity.workspace_id, ranked.id, ranked.fit_weight::double precision,
        array_remove(ARRAY[
            ROW('STAGE', concat('Mapped to the buying stage ', stage.name, '.'))::benchmark.reason,
            CASE WHEN persona.id IS NULL THEN ROW('ANY_PERSONA', 'Fits any persona.')::benchmark.reason
                ELSE ROW('PERSONA', concat('Made for ', persona.name, '.'))::benchmark.reason END,
            CASE WHEN ranked.won_uses > 0 THEN ROW('WON_USES', concat('Used ', ranked.won_uses,
                CASE ranked.won_uses WHEN 1 THEN ' time' ELSE ' times' END, ' in won opportunities.'))::benchmark.reason END,
            CASE WHEN ranked.reviewed_on IS NOT NULL
                THEN ROW('REVIEWED', concat('Last reviewed on ', ranked.reviewed_on, '.'))::benchmark.reason END
        ], NULL)
    FROM (
        SELECT asset.id, asset.won_uses, asset.reviewed_on, fit.fit_weight, fit.persona_id, fit.buying_stage_id
        FROM public.content_mapping AS fit
        JOIN public.content_asset AS asset
          ON asset.workspace_id = opportunity.workspace_id AND asset.id = fit.asset_id AND asset.status = 'ACTIVE'
        WHERE fit.workspace_id = opportunity.workspace_id
          AND fit.buying_stage_id = (
            SELECT stage.buying_stage_id FROM public.funnel_stage AS stage
            WHERE stage.workspace_id = opportunity.workspace_id AND stage.id = opportunity.stage_id)
          AND (fit.persona_id IS NULL OR fit.persona_id = ANY (ARRAY(
              SELECT contact.persona_id
              FROM public.buying_group_member AS member
              JOIN public.contact ON contact.workspace_id = opportunity.workspace_id AND contact.id = member.contact_id
              WHERE member.workspace_id = opportunity.workspace_id AND member.opportunity_id = opportunity.id
              UNION ALL
              SELECT lead.persona_id FROM public.lead
              WHERE lead.workspace_id = opportunity.workspace_id AND lead.id = opportunity.origin_lead_id)))
          AND NOT EXISTS (
            SELECT FROM public.content_mapping AS better
            WHERE better.workspace_id = opportunity.workspace_id
              AND better.asset_id = fit.asset_id
              AND better.buying_stage_id = fit.buying_stage_id
              AND (better.persona_id IS NULL OR better.persona_id = ANY (ARRAY(
                  SELECT contact.persona_id
                  FROM public.buying_group_member AS member
                  JOIN public.contact ON contact.workspace_id = opportunity.workspace_id AND contact.id = member.contact_id
                  WHERE member.workspace_id = opportunity.workspace_id AND member.opportunity_id = opportunity.id
                  UNION ALL
                  SELECT lead.persona_id FROM public.lead
                  WHERE lead.workspace_id = opportunity.workspace_id AND lead.id = opportunity.origin_lead_id)))
              AND (better.fit_weight > fit.fit_weight OR better.fit_weight = fit.fit_weight AND (
                better.persona_id < fit.persona_id OR better.persona_id IS NOT NULL AND fit.persona_id IS NULL)))
        ORDER BY fit.fit_weight DESC, fit.persona_id IS NULL, asset.won_uses DESC,
            asset.reviewed_on DESC NULLS LAST, asset.id
        LIMIT best
    ) AS ranked
    LEFT JOIN public.buying_stage AS stage
      ON stage.workspace_id = opportunity.workspace_id AND stage.id = ranked.buying_stage_id
    LEFT JOIN public.persona ON persona.workspace_id = opportunity.workspace_id AND persona.id = ranked.persona_id
    ORDER BY ranked.fit_weight DESC, ranked.persona_id IS NULL, ranked.won_uses DESC,
        ranked.reviewed_on DESC NULLS LAST, ranked.id
$$;

COMMENT ON FUNCTION benchmark.opportunity_recommended_content(public.opportunity, integer) IS
E'@behavior typeField -queryField +list\n@fieldName recommendedContent';
