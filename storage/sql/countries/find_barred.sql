-- Which of these countries may not be written to now. Uses the table's primary key.
SELECT b.company_id, b.calling_code
FROM unnest($1::uuid[], $2::text[]) AS given (company_id, calling_code)
JOIN barred_countries b ON b.company_id = given.company_id AND b.calling_code = given.calling_code
WHERE b.until > now()
