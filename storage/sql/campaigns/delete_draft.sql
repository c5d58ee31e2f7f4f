-- Deletes a draft; what has begun is kept.
-- Index: primary key.
DELETE FROM campaigns WHERE id = $1 AND company_id = $2 AND state = 'draft' RETURNING id
