-- Moves a company's place behind an event.
-- Uses the primary key.
UPDATE contact_folds SET at = $2, event_id = $3 WHERE company_id = $1
