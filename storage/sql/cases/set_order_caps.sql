-- The new counts of locked caps; one that allowed nothing more was asked all the same.
-- Uses message_caps_pkey.
UPDATE message_caps m SET used = t.used, used_at = now()
FROM unnest($1::uuid[], $2::int[]) AS t (key, used)
WHERE m.key = t.key
