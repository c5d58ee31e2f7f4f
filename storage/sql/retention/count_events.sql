-- How many events and messages a company had before two times, by the sums of its days.
-- Index: metric_periods_pkey.
SELECT coalesce(sum(value) FILTER (WHERE kind = 'event' AND start < $2), 0)::bigint AS events,
       coalesce(sum(value) FILTER (WHERE kind = 'event' AND start < $4), 0)::bigint AS payloads,
       coalesce(sum(value) FILTER (WHERE kind = 'message' AND start < $3), 0)::bigint AS messages,
       coalesce(sum(value) FILTER (WHERE kind = 'webhook' AND start < $5), 0)::bigint AS deliveries
FROM metric_periods
WHERE company_id = $1 AND step_s = 86400 AND start < greatest($2, $3, $4, $5) AND kind IN ('event', 'message', 'webhook')
