-- Every company's ages.
-- Index: none; the companies are a small table.
SELECT id, retention FROM companies
