-- Keeps the bytes of Meta's deliveries; one that an earlier try stored (it was spilled as well, or drained twice) stands.
-- Uses the table's primary key.
INSERT INTO meta_deliveries (id, created_at, app_id, headers, raw_body)
SELECT id, created_at, app_id, headers, raw_body
FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::jsonb[], $5::bytea[])
    AS kept (id, created_at, app_id, headers, raw_body)
ON CONFLICT (id, created_at) DO NOTHING
