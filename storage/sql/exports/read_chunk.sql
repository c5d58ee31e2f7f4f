-- One piece of an export's file.
-- Index: primary keys.
SELECT c.bytes FROM exports e JOIN export_chunks c ON c.export_id = e.id
WHERE e.company_id = $1 AND e.id = $2 AND c.position = $3
