-- The new counts of locked caps.
-- Uses message_caps_pkey.
UPDATE message_caps m SET used = t.used FROM unnest($1::uuid[], $2::int[]) AS t (key, used) WHERE m.key = t.key
