-- The newest open dead letters of a range ($4 at most), by kind, class and code.
-- Uses idx_dead_letters_open, in order; $4 bounds it.
SELECT kind, class, code, count(*) AS letters, min(created_at) AS oldest_at, max(created_at) AS newest_at
FROM (
    SELECT kind, class, code, created_at
    FROM dead_letters
    WHERE company_id = $1 AND created_at >= $2 AND created_at < $3 AND resolved_at IS NULL
    ORDER BY created_at DESC, id DESC
    LIMIT $4
) AS newest
GROUP BY kind, class, code
ORDER BY letters DESC, kind, class, code
