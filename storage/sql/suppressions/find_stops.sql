-- What these people have said about these companies' messages, and whether those who were erased had said so.
-- Uses the primary keys of suppressions and erased_suppressions; the LIMITs keep the look-ups inside.
SELECT given.position - 1 AS position, stop.kind, stop.event_id, c.opt_out_spares_utility
FROM unnest($1::uuid[], $2::text[], $3::bytea[]) WITH ORDINALITY AS given (company_id, phone, digest, position)
CROSS JOIN LATERAL (
    (
        SELECT s.kind, s.event_id FROM suppressions s
        WHERE s.company_id = given.company_id AND s.phone = given.phone AND s.active
        LIMIT 2
    )
    UNION ALL
    (
        SELECT e.kind, NULL FROM erased_suppressions e
        WHERE e.company_id = given.company_id AND e.digest = given.digest
        LIMIT 2
    )
) AS stop
JOIN companies c ON c.id = given.company_id
