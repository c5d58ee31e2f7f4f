-- Takes a history sync away; its token goes with it, its runs stay.
-- Uses history_syncs_pkey.
UPDATE history_syncs
SET deleted_at = $3, active = false, token_sealed = '', updated_at = $3
WHERE company_id = $1 AND id = $2 AND deleted_at IS NULL
RETURNING id
