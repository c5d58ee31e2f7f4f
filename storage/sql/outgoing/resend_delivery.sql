-- Has a delivery attempted again, with the same id and body and a schedule from its beginning.
-- Index: primary key; one that is being attempted right now is left alone.
UPDATE outgoing_deliveries SET state = 'pending', attempt = 0, next_attempt_at = $4, finished_at = NULL
WHERE company_id = $1 AND webhook_id = $2 AND id = $3 AND (leased_until IS NULL OR leased_until <= $4)
RETURNING id
