-- Ends this owner's leases now, so that a successor need not wait for them.
-- Index: primary key of session_leases.
UPDATE session_leases SET expires_at = clock_timestamp() WHERE session_id = ANY($1::uuid[]) AND owner = $2
