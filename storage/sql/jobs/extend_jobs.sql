-- Keep the leases of jobs that a worker runs; what it lost, or shall stop, is missing or told.
-- Uses jobs_pkey.
UPDATE jobs AS j
SET lease_until = clock_timestamp() + $3::interval
FROM unnest($1::uuid[], $2::bigint[]) AS mine(id, fence)
WHERE j.id = mine.id AND j.fence = mine.fence AND j.state = 'running'
RETURNING j.id, j.cancel_requested
