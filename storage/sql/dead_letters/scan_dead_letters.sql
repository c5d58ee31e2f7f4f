-- One window of a company's dead letters: looks at up to $5 rows behind a place and returns up to $6 hits, and the
-- window's last row. Uses idx_dead_letters_company_id, in order.
SELECT id, kind, event_id, message_id, session_id, rule_id, campaign_id, class, code, reason, created_at, resolved_at,
    resolution, retried_as,
    hit, position
FROM (
    SELECT id, kind, event_id, message_id, session_id, rule_id, campaign_id, class, code, reason, created_at, resolved_at,
        resolution, retried_as,
        hit, row_number() OVER (ORDER BY created_at DESC, id DESC) AS position
    FROM (
        SELECT id, kind, event_id, message_id, session_id, rule_id, campaign_id, class, code, reason, created_at, resolved_at,
            resolution, retried_as,
            coalesce(($7::text IS NULL OR kind = $7)
                AND ($8::text IS NULL OR class = $8)
                AND ($9::text IS NULL OR code = $9)
                AND ($10::uuid IS NULL OR session_id = $10)
                AND ($11::uuid IS NULL OR campaign_id = $11)
                AND ($12::uuid IS NULL OR rule_id = $12)
                AND ($13::boolean IS NULL OR (resolved_at IS NOT NULL) = $13), false) AS hit
        FROM dead_letters
        WHERE company_id = $1 AND (created_at, id) < ($2, $3::uuid) AND created_at >= $4
        ORDER BY created_at DESC, id DESC
        LIMIT $5
    ) AS seen
) AS numbered
WHERE hit OR position = $5
ORDER BY created_at DESC, id DESC
LIMIT $6
