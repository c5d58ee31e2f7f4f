-- What a campaign's numbers have spent lately: a capped number's own count, and how many people its portfolio counts.
-- Index: primary keys of session_spending and portfolios.
SELECT given.session_id, s.spent, coalesce(p.used, 0) AS people
FROM unnest($2::uuid[], $3::text[]) AS given (session_id, portfolio)
LEFT JOIN session_spending s ON s.session_id = given.session_id
LEFT JOIN portfolios p ON p.company_id = $1 AND p.portfolio = given.portfolio
