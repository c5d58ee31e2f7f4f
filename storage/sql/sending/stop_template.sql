-- A refusal stops a template until $5 ('infinity': until somebody acts); a word of Meta's approval since $6 stands, and so
-- does a longer stop.
-- Index: idx_templates_name.
UPDATE templates
SET stopped_at = $6, stopped_until = $5, stopped_reason = $4
WHERE company_id = $1 AND name = $2 AND language = $3 AND deleted_at IS NULL AND kind = 'meta'
    AND (stopped_until IS NULL OR stopped_until < $5)
    AND NOT (status = 'approved' AND coalesce(meta_told_at > $6, false))
RETURNING id
