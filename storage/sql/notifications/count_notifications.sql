-- How many notifications a company has, up to 10,001.
-- Index: idx_notifications_company_id.
SELECT count(*) FROM (SELECT FROM notifications WHERE company_id = $1 LIMIT 10001) AS found
