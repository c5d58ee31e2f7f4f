-- A new campaign.
-- Uses the table's primary key.
INSERT INTO campaigns (id, company_id, name, definition, parent_id, origin, created_by, created_at)
VALUES ($1, $2, $3, $4::jsonb, $5, $6, $7, $8)
