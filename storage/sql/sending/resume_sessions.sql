-- Sessions whose pause has an end that has come.
-- Index: none (a handful of rows, once in a while).
UPDATE sessions
SET state = 'active', reason = NULL, resume_at = NULL, resumed_at = now(), updated_at = now()
WHERE state = 'paused' AND resume_at <= now() AND deleted_at IS NULL
RETURNING id, company_id
