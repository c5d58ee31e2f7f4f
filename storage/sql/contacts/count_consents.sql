-- How many words about consent a contact has, up to 10,001.
-- Uses the primary key.
SELECT count(*) FROM (SELECT FROM consents WHERE company_id = $1 AND contact_id = $2 LIMIT 10001) AS found
