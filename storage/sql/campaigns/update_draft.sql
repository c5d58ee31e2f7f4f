-- Another definition for a draft; nobody else's, and nothing that has begun.
-- Index: primary key.
UPDATE campaigns SET name = $3, definition = $4::jsonb, updated_at = $5
WHERE id = $1 AND company_id = $2 AND state = 'draft'
RETURNING id
