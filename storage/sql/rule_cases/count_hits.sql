-- How many of a rule's newest $4 cases in a range pass a filter, and how many were looked at.
-- Uses idx_rule_cases_rule, in order; $4 bounds it.
SELECT count(*) FILTER (WHERE hit) AS hits, count(*) AS seen
FROM (
    SELECT coalesce(($6::text IS NULL OR state = $6)
        AND ($7::text IS NULL OR reason = $7 OR split_part(reason, ':', 1) = $7)
        AND ($8::text IS NULL OR order_id = $8)
        AND ($9::text IS NULL OR phone = $9), false) AS hit
    FROM rule_cases
    WHERE company_id = $1 AND rule_id = $5 AND created_at >= $2 AND created_at < $3
    ORDER BY created_at DESC, id DESC
    LIMIT $4
) AS looked_at
