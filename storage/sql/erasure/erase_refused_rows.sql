-- Empties up to $3 refused rows of imported files in which a number ends as a person's does ($2: its last eight digits).
-- Uses idx_contact_import_errors_tails, which the emptied ones leave, and the primary keys.
UPDATE contact_import_errors e SET cells = '{}', tails = NULL
FROM (
    SELECT f.import_id, f.row
    FROM contact_import_errors f JOIN contact_imports i ON i.id = f.import_id
    WHERE f.tails @> ARRAY[$2::text] AND i.company_id = $1
    LIMIT $3
) AS found
WHERE e.import_id = found.import_id AND e.row = found.row
