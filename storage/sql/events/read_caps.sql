-- How often these "so many per order" were used.
-- Uses message_caps_pkey.
SELECT key, used FROM message_caps WHERE key = ANY($1::uuid[])
