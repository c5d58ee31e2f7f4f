-- Who holds these keys already. Uses event_keys_pkey.
SELECT key, event_id FROM event_keys WHERE key = ANY($1::uuid[])
