-- How often rules have run for these orders, locked in the order of keys.
-- Uses message_caps_pkey.
SELECT key, used FROM message_caps WHERE key = ANY($1::uuid[]) ORDER BY key FOR UPDATE
