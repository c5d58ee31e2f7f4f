-- The writing of a campaign's recipients, with the job that does it.
-- Uses the table's primary key: a campaign's audience is written once.
INSERT INTO campaign_expansions (campaign_id, company_id, job_id, request) VALUES ($1, $2, $3, $4::jsonb)
