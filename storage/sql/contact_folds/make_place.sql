-- A company's place, at the beginning, where it has none.
-- Uses the primary key.
INSERT INTO contact_folds (company_id, at, event_id)
SELECT id, '-infinity', '00000000-0000-0000-0000-000000000000' FROM companies
WHERE id = $1 AND NOT EXISTS (SELECT FROM contact_folds WHERE company_id = $1)
ON CONFLICT DO NOTHING
