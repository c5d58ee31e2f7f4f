-- One delivery to one outgoing webhook of the company, whatever types it asked for; nothing where it is out of use or gone.
-- Index: primary keys; an id that is known already changes nothing.
INSERT INTO outgoing_deliveries (id, company_id, webhook_id, event_type, payload, next_attempt_at, created_at)
SELECT $3, company_id, id, $4, $5::json, $6, $6
FROM outgoing_webhooks
WHERE company_id = $1 AND id = $2 AND deleted_at IS NULL AND (active OR $7)
ON CONFLICT (id) DO NOTHING
RETURNING id
