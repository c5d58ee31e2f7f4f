-- What the door refused of a webhook since a time, by reason.
-- Uses door_refusals_pkey.
SELECT reason, sum(count)::bigint AS count, max(last_at) AS last_at
FROM door_refusals
WHERE company_id = $1 AND webhook_id = $2 AND minute >= $3
GROUP BY reason
ORDER BY reason
