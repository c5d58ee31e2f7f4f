-- How many of the newest $4 dead letters in a range pass a filter, and how many were looked at.
-- Uses idx_dead_letters_company_id, in order; $4 bounds it.
SELECT count(*) FILTER (WHERE hit) AS hits, count(*) AS seen
FROM (
    SELECT coalesce(($5::text IS NULL OR kind = $5)
        AND ($6::text IS NULL OR class = $6)
        AND ($7::text IS NULL OR code = $7)
        AND ($8::uuid IS NULL OR session_id = $8)
        AND ($9::uuid IS NULL OR campaign_id = $9)
        AND ($10::uuid IS NULL OR rule_id = $10)
        AND ($11::boolean IS NULL OR (resolved_at IS NOT NULL) = $11), false) AS hit
    FROM dead_letters
    WHERE company_id = $1 AND created_at >= $2 AND created_at < $3
    ORDER BY created_at DESC, id DESC
    LIMIT $4
) AS looked_at
