-- Who wants messages again wants marketing again, where they had stopped it by a message of their own (not at WhatsApp);
-- Uses the tables' primary keys. What was kept of an erased person goes.
WITH forgotten AS (
    DELETE FROM erased_suppressions e
    USING unnest($1::uuid[], $4::bytea[]) AS given (company_id, digest)
    WHERE e.company_id = given.company_id AND e.digest = given.digest
)
UPDATE suppressions s SET active = false, at = given.at
FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS given (company_id, phone, at)
WHERE s.company_id = given.company_id AND s.phone = given.phone AND s.kind = 'marketing' AND s.source = 'message'
    AND s.active AND s.at <= given.at
