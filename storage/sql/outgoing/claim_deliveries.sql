-- Takes deliveries that are due, each webhook's up to what it may have in flight, those with the least in flight first.
-- Index: idx_outgoing_deliveries_due (a skip scan over the webhooks that wait), idx_outgoing_deliveries_leased, primary keys.
WITH RECURSIVE waiting AS (
    (SELECT webhook_id FROM outgoing_deliveries WHERE state = 'pending' ORDER BY webhook_id LIMIT 1)
    UNION ALL
    SELECT (
        SELECT d.webhook_id FROM outgoing_deliveries d
        WHERE d.state = 'pending' AND d.webhook_id > w.webhook_id ORDER BY d.webhook_id LIMIT 1
    )
    FROM waiting w WHERE w.webhook_id IS NOT NULL
), receivers AS MATERIALIZED (
    SELECT e.id, e.active, e.concurrency
    FROM waiting w JOIN outgoing_webhooks e ON e.id = w.webhook_id
    WHERE e.deleted_at IS NULL
    FOR NO KEY UPDATE OF e SKIP LOCKED
), room AS (
    SELECT r.id, r.active, r.concurrency, busy.n AS busy
    FROM receivers r
    CROSS JOIN LATERAL (
        SELECT count(*) AS n FROM outgoing_deliveries d
        WHERE d.webhook_id = r.id AND d.leased_until IS NOT NULL AND d.leased_until > $1
    ) AS busy
    WHERE busy.n < r.concurrency
), due AS (
    SELECT d.id
    FROM room r
    CROSS JOIN LATERAL (
        SELECT one.id, r.busy + row_number() OVER (ORDER BY one.next_attempt_at, one.id) AS place
        FROM (
            SELECT id, next_attempt_at FROM outgoing_deliveries
            WHERE webhook_id = r.id AND state = 'pending' AND next_attempt_at <= $1
                AND (r.active OR event_type = $4)
            ORDER BY next_attempt_at, id
            LIMIT r.concurrency - r.busy
        ) AS one
    ) AS d
    ORDER BY d.place, d.id
    LIMIT $3
)
UPDATE outgoing_deliveries d SET next_attempt_at = $2, leased_until = $2
FROM due, outgoing_webhooks e
WHERE d.id = due.id AND d.state = 'pending' AND e.id = d.webhook_id
    AND d.next_attempt_at <= $1 -- looked at once more under the row's lock: another worker may have just taken it
RETURNING d.id, d.company_id, d.webhook_id, d.event_type, d.payload, d.attempt, e.url, e.secrets_sealed
