-- Keeps what Meta told of accounts; returns the keys that are new, for what is repeated has had its effect.
-- Uses the table's primary key.
INSERT INTO account_updates (key, company_id, waba_id, field, value, told_at, created_at)
SELECT key, company_id, waba_id, field, value, told_at, $7
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::jsonb[], $6::timestamptz[])
    AS heard (key, company_id, waba_id, field, value, told_at)
ON CONFLICT (company_id, key) DO NOTHING
RETURNING company_id, key
