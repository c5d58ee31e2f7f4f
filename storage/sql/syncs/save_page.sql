-- Adds one page, or one answer that was none, to a run and to its sync, in the transaction of the job's checkpoint.
-- reached_at moves only if the sync still begins where the run began. Uses history_sync_runs_pkey, history_syncs_pkey.
WITH run AS (
    INSERT INTO history_sync_runs AS r (job_id, sync_id, company_id, since, reached_at, pages, imported, duplicates, failed,
        waits, warnings, error, error_status, entries, started_at, updated_at, finished_at)
    VALUES ($1, $2, $3, $4, $5::timestamptz, $6, $7, $8, $9, $10, $11::text[], $12::text, $13, $14, $15::timestamptz,
        $15::timestamptz, CASE WHEN $16 THEN $15::timestamptz END)
    ON CONFLICT (job_id) DO UPDATE SET reached_at = coalesce(excluded.reached_at, r.reached_at),
        pages = r.pages + excluded.pages, imported = r.imported + excluded.imported,
        duplicates = r.duplicates + excluded.duplicates, failed = r.failed + excluded.failed,
        waits = r.waits + excluded.waits,
        warnings = ARRAY(SELECT DISTINCT unnest(r.warnings || excluded.warnings) ORDER BY 1),
        error = excluded.error, error_status = excluded.error_status,
        entries = CASE WHEN jsonb_array_length(r.entries) < 100 THEN r.entries || excluded.entries ELSE r.entries END,
        updated_at = excluded.updated_at, finished_at = excluded.finished_at
)
UPDATE history_syncs
SET imported = imported + $7, duplicates = duplicates + $8, failed = failed + $9,
    reached_at = CASE WHEN since = $17 THEN greatest(reached_at, $5::timestamptz) ELSE reached_at END,
    last_error = coalesce($12::text, CASE WHEN $6 > 0 THEN NULL ELSE last_error END),
    last_error_at = CASE WHEN $12::text IS NOT NULL THEN $15::timestamptz WHEN $6 > 0 THEN NULL ELSE last_error_at END
WHERE company_id = $3 AND id = $2
