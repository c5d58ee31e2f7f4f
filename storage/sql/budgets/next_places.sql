-- When a portfolio's next places come free, from the $3-th on.
-- Index: idx_portfolio_users_counts_until.
SELECT counts_until FROM portfolio_users
WHERE company_id = $1 AND portfolio = $2
ORDER BY counts_until
OFFSET $3 LIMIT $4
