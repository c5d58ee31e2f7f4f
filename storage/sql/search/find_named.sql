-- Those of a company's newest 5,000 rules, templates, … (the table is put in) whose names hold a text, newest first.
-- Uses the table's index by company.
SELECT id, name, /*about*/ AS about, created_at
FROM (
    SELECT *
    FROM /*table*/
    WHERE company_id = $1 /*present*/
    ORDER BY created_at DESC, id DESC
    LIMIT 5000
) AS newest
WHERE position(masteria_folded($2::text) IN masteria_folded(name)) > 0
ORDER BY created_at DESC, id DESC
LIMIT $3
