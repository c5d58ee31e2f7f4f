-- One window of the PIX flow's orders behind a place, each with its next reminder; returns up to $6 hits.
-- Uses idx_pix_orders_seen_at, in order (ties are sorted by a digest, which makes a place), and idx_rule_cases_order.
SELECT id, created_at, order_id, customer_name, phone, value_cents, generated_at, expires_at, approved_at,
    approved_cents, event_ids, hit, position, next.case_id, next.rule_id, next.due_at
FROM (
    SELECT *, row_number() OVER (ORDER BY created_at DESC, id DESC) AS position
    FROM (
        SELECT md5(order_id)::uuid AS id, seen_at AS created_at, order_id, customer_name, phone, value_cents,
            generated_at, expires_at, approved_at, approved_cents, event_ids,
            coalesce(generated_at IS NOT NULL
                AND ($7::text IS NULL OR $7 = CASE WHEN approved_at IS NOT NULL THEN 'paid'
                    WHEN expires_at < $11 THEN 'expired' ELSE 'pending' END)
                AND ($8::text IS NULL OR order_id = $8)
                AND ($9::text IS NULL OR phone = $9), false) AS hit
        FROM pix_orders
        WHERE company_id = $1 AND (seen_at, md5(order_id)::uuid) < ($2, $3::uuid) AND seen_at <= $2 AND seen_at >= $4
        ORDER BY seen_at DESC, md5(order_id)::uuid DESC
        LIMIT $5
    ) AS seen
) AS numbered
LEFT JOIN LATERAL (
    SELECT k.id AS case_id, k.rule_id, k.due_at FROM rule_cases k
    WHERE hit AND k.company_id = $1 AND k.order_id = numbered.order_id AND k.state = 'running'
        AND k.rule_id = ANY($10::uuid[])
    ORDER BY k.due_at
    LIMIT 1
) AS next ON true
WHERE hit OR position = $5
ORDER BY created_at DESC, id DESC
LIMIT $6
