-- Takes places among a portfolio's people ($3 phones, transactional before bulk; $4 the limit of each), the portfolio's
-- row being locked: who counts already costs none. Forgets a bounded number of those who do not count any more.
-- Index: primary key and idx_portfolio_users_counts_until of portfolio_users.
WITH given AS MATERIALIZED (
    SELECT phone, most, place FROM unnest($3::text[], $4::integer[]) WITH ORDINALITY AS g (phone, most, place)
), kept AS (
    UPDATE portfolio_users u
    SET counts_until = now() + $6::interval
    FROM given g
    WHERE u.company_id = $1 AND u.portfolio = $2 AND u.phone = g.phone AND u.counts_until < now() + interval '24 hours'
    RETURNING u.phone
), known AS MATERIALIZED (
    SELECT u.phone FROM given g
    JOIN portfolio_users u ON u.company_id = $1 AND u.portfolio = $2 AND u.phone = g.phone
), over AS MATERIALIZED (
    SELECT phone FROM portfolio_users
    WHERE company_id = $1 AND portfolio = $2 AND counts_until <= now() AND phone <> ALL($3::text[])
    ORDER BY counts_until
    LIMIT 1000
), gone AS (
    DELETE FROM portfolio_users u USING over
    WHERE u.company_id = $1 AND u.portfolio = $2 AND u.phone = over.phone
    RETURNING u.phone
), fresh AS MATERIALIZED (
    SELECT phone FROM (
        SELECT g.phone, g.most, row_number() OVER (ORDER BY g.place) AS nth
        FROM given g WHERE NOT EXISTS (SELECT FROM known k WHERE k.phone = g.phone)
    ) AS asking
    WHERE nth <= most - $5 + (SELECT count(*) FROM over)
), added AS (
    INSERT INTO portfolio_users (company_id, portfolio, phone, counts_until)
    SELECT $1, $2, phone, now() + $6::interval FROM fresh
    RETURNING phone
), counted AS (
    UPDATE portfolios
    SET used = used + (SELECT count(*) FROM added)::integer - (SELECT count(*) FROM gone)::integer
    WHERE company_id = $1 AND portfolio = $2
    RETURNING used
)
SELECT phone, (SELECT used FROM counted) AS used FROM known
UNION ALL SELECT phone, (SELECT used FROM counted) FROM added
UNION ALL SELECT NULL, used FROM counted
