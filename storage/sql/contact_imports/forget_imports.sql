-- Forgets files whose time is over and whose job has ended, with all that belongs to them.
-- Uses idx_contact_imports_expires_at.
DELETE FROM contact_imports
WHERE id IN (
    SELECT i.id FROM contact_imports i LEFT JOIN jobs j ON j.id = i.job_id
    WHERE i.expires_at < $1 AND (j.id IS NULL OR j.finished_at IS NOT NULL)
    ORDER BY i.expires_at
    LIMIT $2
)
