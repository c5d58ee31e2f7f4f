-- A company's place, locked until the transaction ends.
-- Uses the primary key.
SELECT at, event_id FROM contact_folds WHERE company_id = $1 FOR UPDATE
