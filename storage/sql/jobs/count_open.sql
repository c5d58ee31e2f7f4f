-- Unfinished jobs of the installation by state, and the age of the oldest that could run; up to 10,000.
-- Uses idx_jobs_open.
SELECT state, count(*) AS jobs,
    coalesce(extract(epoch FROM now() - min(not_before) FILTER (WHERE not_before <= now() AND lease_until IS NULL)), 0)::float8 AS oldest_s
FROM (SELECT state, not_before, lease_until FROM jobs WHERE state IN ('queued', 'running') LIMIT 10000) AS open
GROUP BY state
