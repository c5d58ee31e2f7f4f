-- Which of these people want no marketing of these companies.
-- Uses the table's primary key.
SELECT s.company_id, s.phone
FROM unnest($1::uuid[], $2::text[]) AS given (company_id, phone)
JOIN suppressions s ON s.company_id = given.company_id AND s.phone = given.phone
WHERE s.kind = 'marketing' AND s.active
