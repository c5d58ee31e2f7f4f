-- Counts uses of "so many per order" and returns each key's total after them. Uses message_caps_pkey; keys come sorted.
INSERT INTO message_caps (key, company_id, used)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[])
ON CONFLICT (key) DO UPDATE SET used = message_caps.used + excluded.used, used_at = now()
RETURNING key, used
