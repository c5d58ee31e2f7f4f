-- How many people count in a company's portfolios ($2) now: those known, without those whose 24 hours are over.
-- Uses primary key of portfolios and idx_portfolio_users_counts_until.
SELECT p.portfolio, p.used - (
    SELECT count(*)
    FROM portfolio_users u
    WHERE u.company_id = p.company_id AND u.portfolio = p.portfolio AND u.counts_until <= $3
) AS used
FROM portfolios p
WHERE p.company_id = $1 AND p.portfolio = ANY($2::text[])
