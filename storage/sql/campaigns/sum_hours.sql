-- Campaigns' messages by the local hour in which they were made, with what has become of them.
-- Index: metric_periods_pkey, the hours of a period.
SELECT extract(hour FROM start AT TIME ZONE $5)::int AS hour, key, sum(value)::bigint AS value
FROM metric_periods
WHERE company_id = $1 AND step_s = 3600 AND start >= $2 AND start < $3
  AND kind = 'campaign' AND key = ANY($6::text[]) AND session_id = ANY($4::uuid[])
GROUP BY 1, 2
