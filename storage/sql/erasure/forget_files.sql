-- Takes a company's exported files away, and what their jobs that have ended looked for: any may hold the person. So may
-- what is left of a file of contacts whose import has ended early.
-- Uses idx_exports_company_id, idx_contact_imports_company_id, the primary keys of export_chunks, pieces and jobs.
WITH gone AS (
    DELETE FROM exports WHERE company_id = $1 RETURNING id
), asked AS (
    UPDATE jobs j SET params = j.params - 'selection' FROM gone
    WHERE j.company_id = $1 AND j.id = gone.id AND j.finished_at IS NOT NULL
), uploaded AS (
    DELETE FROM contact_import_pieces p USING contact_imports i, jobs j
    WHERE i.company_id = $1 AND p.import_id = i.id AND j.id = i.job_id AND j.finished_at IS NOT NULL
)
SELECT count(*) FROM gone
