-- Locks a portfolio's row, made where there is none, and tells how many people count.
-- Index: primary key of portfolios.
INSERT INTO portfolios AS p (company_id, portfolio) VALUES ($1, $2)
ON CONFLICT (company_id, portfolio) DO UPDATE SET used = p.used
RETURNING p.used
