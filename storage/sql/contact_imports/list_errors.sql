-- Rows of a file that were not taken in, or not all of them, in order, behind a row.
-- Uses the primary keys.
SELECT e.row, e.problem, e.cells
FROM contact_imports i JOIN contact_import_errors e ON e.import_id = i.id
WHERE i.company_id = $1 AND i.id = $2 AND e.row > $3
ORDER BY e.row
LIMIT $4
