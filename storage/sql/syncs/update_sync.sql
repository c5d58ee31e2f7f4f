-- Changes a history sync; another since begins anew. What is NULL stays.
-- Uses history_syncs_pkey.
UPDATE history_syncs
SET setting_id = coalesce($3, setting_id), token_sealed = coalesce($4, token_sealed),
    reached_at = CASE WHEN $5::timestamptz IS NULL AND $3 IS NULL THEN reached_at END,
    since = coalesce($5, since), active = coalesce($6, active), automations = coalesce($7, automations),
    updated_at = $8
WHERE company_id = $1 AND id = $2 AND deleted_at IS NULL
RETURNING id
