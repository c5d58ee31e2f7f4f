-- Takes away the bytes and headers of deliveries that repeated events; they came after these, give or take a day of clocks.
-- Uses idx_deliveries_repeated (the range of created_at leaves those partitions concerned).
UPDATE deliveries d SET raw_body = CASE WHEN d.raw_body IS NOT NULL THEN ''::bytea END, headers = '{}'
WHERE d.event_id = ANY($2::uuid[]) AND d.duplicate AND d.company_id = $1 AND d.created_at >= $3
