-- How much came in by each of these webhooks ($2), by hour (UTC) since a time.
-- Uses metric_periods_pkey (the company's hours).
SELECT session_id AS webhook_id, start AS hour, sum(value)::bigint AS count
FROM metric_periods
WHERE company_id = $1 AND step_s = 3600 AND start >= $3 AND kind = 'webhook' AND session_id = ANY($2::uuid[])
GROUP BY session_id, start
