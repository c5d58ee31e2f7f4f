-- A webhook's delivery was not taken; answers since when that is so.
-- Index: primary key.
UPDATE outgoing_webhooks SET failing_since = coalesce(failing_since, $3), last_failure_at = $3
WHERE company_id = $1 AND id = $2 AND deleted_at IS NULL
RETURNING failing_since, active
