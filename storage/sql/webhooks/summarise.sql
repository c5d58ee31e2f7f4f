-- Of each of these webhooks ($2): its newest delivery, the sums of the hours since $3, and what its door refused last.
-- Uses idx_deliveries_webhook (the newest of each partition), metric_periods_pkey (the company's hours) and
-- door_refusals_pkey.
WITH hours AS MATERIALIZED (
    SELECT session_id AS webhook_id, key, sum(value)::bigint AS count
    FROM metric_periods
    WHERE company_id = $1 AND step_s = 3600 AND start >= $3 AND kind = 'webhook'
    GROUP BY session_id, key
)
SELECT asked.id, newest.created_at AS last_delivery_at,
    coalesce((SELECT count FROM hours WHERE webhook_id = asked.id AND key = 'accepted'), 0) AS accepted,
    coalesce((SELECT count FROM hours WHERE webhook_id = asked.id AND key = 'duplicate'), 0) AS duplicate,
    coalesce((SELECT count FROM hours WHERE webhook_id = asked.id AND key = 'unparsed'), 0) AS unparsed,
    coalesce((SELECT count FROM hours WHERE webhook_id = asked.id AND key = 'imported'), 0) AS imported,
    coalesce(refused.count, 0) AS refused, refused.reason AS refused_reason, refused.last_at AS refused_at
FROM unnest($2::uuid[]) AS asked (id)
LEFT JOIN LATERAL (
    SELECT created_at
    FROM deliveries
    WHERE company_id = $1 AND webhook_id = asked.id
    ORDER BY created_at DESC
    LIMIT 1
) AS newest ON true
LEFT JOIN LATERAL (
    SELECT sum(count)::bigint AS count, max(last_at) AS last_at, (array_agg(reason ORDER BY last_at DESC))[1] AS reason
    FROM door_refusals
    WHERE company_id = $1 AND webhook_id = asked.id AND minute >= $3
) AS refused ON true
