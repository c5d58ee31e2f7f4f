-- The approved templates of the companies that have numbers on the simulator, by Meta app.
-- Reads all of sessions and templates (small); at a start of the simulator only.
SELECT DISTINCT s.app_id, t.name, t.language, t.category, t.body
FROM sessions s
JOIN templates t USING (company_id)
WHERE s.transport = 'simulator' AND s.deleted_at IS NULL AND s.app_id IS NOT NULL
    AND t.kind = 'meta' AND t.status = 'approved' AND t.deleted_at IS NULL
ORDER BY s.app_id, t.name, t.language
