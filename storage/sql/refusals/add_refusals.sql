-- Adds up what the door refused, per webhook, minute and reason. Uses door_refusals_pkey; sorted, so that gateways never
-- wait for each other in a circle.
INSERT INTO door_refusals (webhook_id, company_id, minute, reason, count, last_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::bigint[], $6::timestamptz[])
    AS t (webhook_id, company_id, minute, reason, count, last_at)
ORDER BY 1, 3, 4
ON CONFLICT (webhook_id, minute, reason)
DO UPDATE SET count = door_refusals.count + excluded.count, last_at = greatest(door_refusals.last_at, excluded.last_at)
