-- WhatsApp does not let companies write to these countries. Uses the table's primary key.
INSERT INTO barred_countries AS known (company_id, calling_code, until)
SELECT company_id, calling_code, $3 FROM unnest($1::uuid[], $2::text[]) AS given (company_id, calling_code)
ORDER BY company_id, calling_code
ON CONFLICT (company_id, calling_code) DO UPDATE SET until = greatest(known.until, excluded.until)
