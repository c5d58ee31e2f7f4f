-- The number that was linked, where its session names none.
-- Index: primary key of sessions.
UPDATE sessions SET phone = $3, updated_at = now() WHERE company_id = $1 AND id = $2 AND phone IS NULL
