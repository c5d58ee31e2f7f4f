-- The first event behind an id that was answered from the spill and proved a duplicate.
-- Uses event_aliases_pkey.
SELECT event_id FROM event_aliases WHERE company_id = $1 AND id = $2
