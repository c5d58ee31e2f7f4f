-- Of each asked ($3: its number, $4: its external id or NULL, $5: JSON that its payload must contain) the first stored
-- event of this webhook that is it, however old. An aggregate, not LIMIT 1: a plan that walks the newest events in the
-- hope of an early hit would read them all. Uses idx_webhook_payload_eventid (GIN), once per asked and partition.
SELECT asked.number, found.id
FROM unnest($3::int[], $4::text[], $5::jsonb[]) AS asked (number, external_id, pattern)
CROSS JOIN LATERAL (
    SELECT min(e.id::text)::uuid AS id
    FROM incoming_events e
    WHERE e.payload @> asked.pattern AND e.company_id = $1 AND e.webhook_id = $2
        AND e.external_id IS NOT DISTINCT FROM asked.external_id
) AS found
WHERE found.id IS NOT NULL
