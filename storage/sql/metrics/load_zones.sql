-- Every company's time zone.
-- Index: none; the companies are a small table.
SELECT id, time_zone FROM companies
