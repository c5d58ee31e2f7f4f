-- What came in by a webhook, and what its door refused, by hour (UTC) since a time.
-- Uses metric_periods_pkey (the company's hours) and door_refusals_pkey.
SELECT start AS hour, key AS verdict, value AS count
FROM metric_periods
WHERE company_id = $1 AND step_s = 3600 AND start >= $3 AND kind = 'webhook' AND session_id = $2
UNION ALL
SELECT date_trunc('hour', minute, 'UTC'), 'refused', sum(count)::bigint
FROM door_refusals
WHERE company_id = $1 AND webhook_id = $2 AND minute >= $3
GROUP BY 1
ORDER BY 1, 2
