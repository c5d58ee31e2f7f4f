-- Companies that have events behind the place up to which theirs are folded, and before the horizon.
-- Uses idx_incoming_events_company_id, one probe per company; the LIMIT keeps it a probe.
SELECT c.id
FROM companies c
LEFT JOIN contact_folds f ON f.company_id = c.id
CROSS JOIN LATERAL (
    SELECT FROM incoming_events e
    WHERE e.company_id = c.id
        AND e.created_at >= coalesce(f.at, '-infinity') AND e.created_at < $1
        AND (e.created_at, e.id) > (coalesce(f.at, '-infinity'), coalesce(f.event_id, '00000000-0000-0000-0000-000000000000'))
    ORDER BY e.created_at, e.id
    LIMIT 1
) AS waits
LIMIT $2
