-- How many of the newest $4 orders in a range pass a filter, and how many were looked at.
-- Uses idx_pix_orders_seen_at, in order; $4 bounds it.
SELECT count(*) FILTER (WHERE hit) AS hits, count(*) AS seen
FROM (
    SELECT coalesce(generated_at IS NOT NULL
        AND ($5::text IS NULL OR $5 = CASE WHEN approved_at IS NOT NULL THEN 'paid'
            WHEN expires_at < $9 THEN 'expired' ELSE 'pending' END)
        AND ($6::text IS NULL OR order_id = $6)
        AND ($7::text IS NULL OR phone = $7), false) AS hit
    FROM pix_orders
    WHERE company_id = $1 AND seen_at >= $2 AND seen_at < $3 AND $8::uuid[] IS NOT NULL
    ORDER BY seen_at DESC, order_id DESC
    LIMIT $4
) AS looked_at
