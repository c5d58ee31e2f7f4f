-- A campaign's failed and uncertain recipients by reason, of the first $3; dealt_with: tried again or discarded already.
-- Index: idx_campaign_recipients_status; per row idx_campaigns_parent_id with campaign_recipients' primary key, and
-- idx_dead_letters_campaign_message.
SELECT status, reason, dealt_with, count(*) AS number
FROM (
    SELECT f.status, coalesce(f.reason, 'failed') AS reason, EXISTS (
        SELECT FROM campaigns k
        JOIN campaign_recipients r ON r.campaign_id = k.id AND r.contact_id = f.contact_id
        WHERE k.parent_id = $1 AND k.origin = 'retry'
    ) OR EXISTS (
        SELECT FROM dead_letters d
        WHERE d.message_id = f.message_id AND d.campaign_id IS NOT NULL AND d.resolution IN ('retried', 'discarded')
    ) AS dealt_with
    FROM (
        SELECT status, reason, contact_id, message_id
        FROM campaign_recipients
        WHERE campaign_id = $1 AND company_id = $2 AND status IN ('failed', 'uncertain')
        ORDER BY status, contact_id
        LIMIT $3
    ) AS f
) AS failures
GROUP BY 1, 2, 3
ORDER BY 4 DESC, 2
