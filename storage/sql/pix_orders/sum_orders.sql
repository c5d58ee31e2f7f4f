-- What PIX codes of a range came to, of its newest $5: generated, paid, paid after a reminder that WhatsApp had accepted.
-- Uses idx_pix_orders_seen_at, idx_messages_event_id and idx_message_attempts_message_id (for paid orders alone).
WITH orders AS MATERIALIZED (
    SELECT order_id, event_ids, approved_at, coalesce(value_cents, 0) AS value_cents,
        coalesce(approved_cents, value_cents, 0) AS paid_cents
    FROM pix_orders
    WHERE company_id = $1 AND seen_at >= $2 AND seen_at < $3 AND generated_at IS NOT NULL
    ORDER BY seen_at DESC, order_id DESC
    LIMIT $5
), paid AS (
    SELECT o.order_id, o.paid_cents, o.approved_at, reminded.at
    FROM orders o
    LEFT JOIN LATERAL (
        SELECT max(a.answered_at) AS at
        FROM unnest(o.event_ids) AS e (id)
        JOIN messages m ON m.event_id = e.id
        JOIN message_attempts a ON a.message_id = m.id
        WHERE m.company_id = $1 AND m.rule_id = ANY($4::uuid[]) AND a.outcome = 'accepted'
            AND a.answered_at <= o.approved_at
    ) AS reminded ON true
    WHERE o.approved_at IS NOT NULL
)
SELECT (SELECT count(*) FROM orders) AS generated, (SELECT coalesce(sum(value_cents), 0) FROM orders)::bigint AS generated_cents,
    count(*) AS paid, coalesce(sum(paid_cents), 0)::bigint AS paid_cents,
    count(*) FILTER (WHERE approved_at - at <= interval '24 hours') AS direct,
    coalesce(sum(paid_cents) FILTER (WHERE approved_at - at <= interval '24 hours'), 0)::bigint AS direct_cents,
    count(*) FILTER (WHERE approved_at - at > interval '24 hours' AND approved_at - at <= interval '7 days') AS assisted,
    coalesce(sum(paid_cents) FILTER (WHERE approved_at - at > interval '24 hours'
        AND approved_at - at <= interval '7 days'), 0)::bigint AS assisted_cents
FROM paid
