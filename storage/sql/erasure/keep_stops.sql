-- Keeps what a person wanted no more as a digest, and forgets the number.
-- Uses the primary keys.
WITH gone AS (
    DELETE FROM suppressions WHERE company_id = $1 AND phone = $2 RETURNING kind, active
)
INSERT INTO erased_suppressions (company_id, digest, kind, at)
SELECT $1, $3, kind, $4 FROM gone WHERE active
ON CONFLICT DO NOTHING
