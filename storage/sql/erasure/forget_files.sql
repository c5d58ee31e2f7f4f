-- Takes a company's exported files away, and what their jobs that have ended looked for: any may hold the person.
-- Uses idx_exports_company_id, export_chunks' and jobs' primary keys.
WITH gone AS (
    DELETE FROM exports WHERE company_id = $1 RETURNING id
), asked AS (
    UPDATE jobs j SET params = j.params - 'selection' FROM gone
    WHERE j.company_id = $1 AND j.id = gone.id AND j.finished_at IS NOT NULL
)
SELECT count(*) FROM gone
