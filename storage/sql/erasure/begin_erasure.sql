-- Notes that a person is being erased, without saying who.
-- Uses the primary key.
INSERT INTO erasures (id, company_id, contact_id, digest, counts, job_id, requested_by, created_at)
VALUES ($1, $2, $3, $4, '{}', $5, $6, $7)
ON CONFLICT (id) DO NOTHING
