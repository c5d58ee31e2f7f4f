-- How many of a campaign's recipients stand apart, by status and reason; at most $3 of them are looked at.
-- Index: idx_campaign_recipients_status, one range.
SELECT status, reason, count(*) AS number
FROM (
    SELECT status, coalesce(reason, status) AS reason
    FROM campaign_recipients
    WHERE campaign_id = $1 AND company_id = $2 AND status IS NOT NULL
    LIMIT $3
) AS apart
GROUP BY 1, 2
ORDER BY 3 DESC, 2
