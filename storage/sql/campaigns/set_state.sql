-- A campaign's next state; the caller holds its row.
-- Index: primary key.
UPDATE campaigns
SET state = $3, look_at = $4, next_run_at = $5, as_of = coalesce($6, as_of), updated_at = $7, stalled = NULL,
    started_at = CASE WHEN $3 = 'running' THEN coalesce(started_at, $7) ELSE started_at END,
    moved_at = CASE WHEN $3 = 'running' THEN $7 ELSE moved_at END,
    finished_at = CASE WHEN $3 IN ('finished', 'cancelled') THEN $7 ELSE finished_at END
WHERE id = $1 AND company_id = $2
