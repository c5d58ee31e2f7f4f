-- Notes a change that is told where somebody wants it, inside the transaction that makes it.
-- Index: idx_outgoing_webhooks_company_id.
INSERT INTO outgoing_changes (company_id, event_type, data, at_ms)
SELECT $1, $2, $3::json, $4
WHERE EXISTS (
    SELECT 1 FROM outgoing_webhooks
    WHERE company_id = $1 AND active AND deleted_at IS NULL AND event_types && ARRAY[$2::text]
)
