-- A new list of contacts; a name that is taken is an error.
-- Uses idx_contact_lists_name.
INSERT INTO contact_lists (company_id, id, name, description, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)
