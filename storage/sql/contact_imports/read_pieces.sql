-- Some pieces of a file, in order.
-- Uses the primary keys.
SELECT p.data
FROM contact_imports i JOIN contact_import_pieces p ON p.import_id = i.id
WHERE i.company_id = $1 AND i.id = $2 AND p.number >= $3 AND p.number <= $4
ORDER BY p.number
