-- Who wants messages again wants marketing again, where they had stopped it by a message of their own (not at WhatsApp).
-- What was kept of an erased person goes: with marketing alone, what was kept of that. Uses the tables' primary keys.
WITH given AS MATERIALIZED (
    SELECT company_id, phone, at, digest, kind
    FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::bytea[], $5::text[]) AS g (company_id, phone, at, digest, kind)
), forgotten AS (
    DELETE FROM erased_suppressions e
    USING given g
    WHERE e.company_id = g.company_id AND e.digest = g.digest AND e.at <= g.at AND (g.kind = 'all' OR e.kind = g.kind)
)
UPDATE suppressions s SET active = false, at = g.at
FROM given g
WHERE g.kind = 'all' AND s.company_id = g.company_id AND s.phone = g.phone AND s.kind = 'marketing'
    AND s.source = 'message' AND s.active AND s.at <= g.at
