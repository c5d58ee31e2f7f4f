-- Every company's ages.
-- Index: none; the companies are a small table.
SELECT retention FROM companies
