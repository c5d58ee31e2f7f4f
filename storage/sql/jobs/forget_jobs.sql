-- Forget jobs that ended long ago.
-- Uses idx_jobs_finished_at.
DELETE FROM jobs
WHERE id IN (SELECT id FROM jobs WHERE finished_at < $1 ORDER BY finished_at LIMIT $2)
