-- A campaign's row, kept from others until the transaction ends: states change one after the other.
-- Index: primary key.
SELECT id, company_id, name, state, definition, parent_id, origin, made_to, next_run_at, as_of, started_at, updated_at
FROM campaigns WHERE id = $1 AND company_id = $2
FOR UPDATE
