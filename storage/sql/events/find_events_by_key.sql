-- The events that hold these keys (digests of webhook and provider's id).
-- Uses event_keys_pkey.
SELECT event_id FROM event_keys WHERE company_id = $1 AND key = ANY($2::uuid[])
