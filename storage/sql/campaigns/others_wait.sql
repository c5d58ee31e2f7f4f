-- Whether another job of the same company and kind waits for its turn.
-- Index: idx_jobs_open (a small part of the table).
SELECT EXISTS (
    SELECT FROM jobs
    WHERE state = 'queued' AND not_before <= now() AND company_id = $1 AND kind = $2 AND id <> $3
)
