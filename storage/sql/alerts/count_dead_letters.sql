-- How many dead letters nobody has dealt with came since a time, up to 10,001.
-- Index: idx_dead_letters_company_id.
SELECT count(*) FROM (
    SELECT FROM dead_letters
    WHERE company_id = $1 AND created_at >= $2 AND resolved_at IS NULL
        AND (cardinality($3::uuid[]) = 0 OR session_id = ANY($3))
    LIMIT 10001
) AS found
