-- Notes that a person was erased.
-- Uses the primary key.
UPDATE erasures SET counts = $3, finished_at = $4 WHERE company_id = $1 AND id = $2
