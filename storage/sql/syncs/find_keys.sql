-- Which events hold these keys.
-- Uses event_keys_pkey.
SELECT key, event_id FROM event_keys WHERE company_id = $1 AND key = ANY($2::uuid[])
