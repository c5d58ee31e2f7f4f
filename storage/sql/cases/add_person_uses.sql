-- Notes that a rule has run for a person now; what lies before its window is forgotten.
-- Uses rule_person_uses_pkey.
UPDATE rule_person_uses p
SET used = ARRAY(SELECT u FROM unnest(p.used) AS u WHERE u > t.since ORDER BY u) || array_fill($4::timestamptz, ARRAY[t.n])
FROM unnest($1::uuid[], $2::timestamptz[], $3::int[]) AS t (key, since, n)
WHERE p.key = t.key
