-- One window of a search for a rule's cases: looks at up to $5 behind a place, returns up to $6 hits.
-- Uses idx_rule_cases_rule, in order; the filters need no index, because the window bounds them.
SELECT id, created_at, rule_id, version, event_id, order_id, phone, state, reason, position AS step, due_at, log,
    updated_at, hit, place AS position
FROM (
    SELECT *, row_number() OVER (ORDER BY created_at DESC, id DESC) AS place
    FROM (
        SELECT id, created_at, rule_id, version, event_id, order_id, phone, state, reason, position, due_at, log,
            updated_at,
            coalesce(($8::text IS NULL OR state = $8)
                AND ($9::text IS NULL OR reason = $9 OR split_part(reason, ':', 1) = $9)
                AND ($10::text IS NULL OR order_id = $10)
                AND ($11::text IS NULL OR phone = $11), false) AS hit
        FROM rule_cases
        WHERE company_id = $1 AND rule_id = $7 AND (created_at, id) < ($2, $3::uuid) AND created_at <= $2
            AND created_at >= $4
        ORDER BY created_at DESC, id DESC
        LIMIT $5
    ) AS seen
) AS numbered
WHERE hit OR place = $5
ORDER BY created_at DESC, id DESC
LIMIT $6
