-- When rules have run for these people, locked in the order of keys.
-- Uses rule_person_uses_pkey.
SELECT key, used FROM rule_person_uses WHERE key = ANY($1::uuid[]) ORDER BY key FOR UPDATE
