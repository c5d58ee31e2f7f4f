-- Which of these lists the company has.
-- Uses the primary key.
SELECT id FROM contact_lists WHERE company_id = $1 AND id = ANY($2::uuid[])
