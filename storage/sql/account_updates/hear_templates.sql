-- Takes in news of templates, one row per template; an older word about status or quality than the one known is left.
-- An approval (Meta tells whole seconds) lifts what a refusal before it had stopped.
-- Uses idx_templates_name.
UPDATE templates t
SET status = CASE WHEN newer.status THEN coalesce(told.status, t.status) ELSE t.status END,
    meta_status = CASE WHEN newer.status THEN coalesce(told.meta_status, t.meta_status) ELSE t.meta_status END,
    meta_reason = CASE WHEN newer.status AND told.meta_status IS NOT NULL THEN told.reason ELSE t.meta_reason END,
    meta_told_at = CASE WHEN newer.status AND told.meta_status IS NOT NULL THEN told.at ELSE t.meta_told_at END,
    meta_id = coalesce(told.meta_id, t.meta_id),
    quality = CASE WHEN newer.quality THEN coalesce(told.quality, t.quality) ELSE t.quality END,
    quality_told_at = CASE WHEN newer.quality AND told.quality IS NOT NULL THEN told.at ELSE t.quality_told_at END,
    category = coalesce(told.category, t.category),
    stopped_at = CASE WHEN newer.lifts THEN NULL ELSE t.stopped_at END,
    stopped_until = CASE WHEN newer.lifts THEN NULL ELSE t.stopped_until END,
    stopped_reason = CASE WHEN newer.lifts THEN NULL ELSE t.stopped_reason END,
    updated_at = $10
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
            $11::timestamptz[])
    AS told (company_id, name, language, meta_id, meta_status, status, reason, quality, category, at)
CROSS JOIN LATERAL (
    SELECT known.id,
           known.meta_told_at IS NULL OR known.meta_told_at <= told.at AS status,
           told.status = 'approved' AND told.at >= date_trunc('second', known.stopped_at) AS lifts,
           known.quality_told_at IS NULL OR known.quality_told_at <= told.at AS quality
    FROM templates known
    WHERE known.company_id = told.company_id AND known.name = told.name AND known.language = told.language
        AND known.deleted_at IS NULL AND known.kind = 'meta'
    FOR UPDATE
) AS newer
WHERE t.id = newer.id
RETURNING t.company_id
