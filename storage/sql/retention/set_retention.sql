-- Keeps a company's ages.
-- Index: companies_pkey.
UPDATE companies SET retention = $2 WHERE id = $1
