-- Takes a webhook out of use, with the reason.
-- Index: primary key.
UPDATE outgoing_webhooks SET active = false, disabled_reason = $3, disabled_at = $4, updated_at = $4
WHERE company_id = $1 AND id = $2 AND active
RETURNING name, url
