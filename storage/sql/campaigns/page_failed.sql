-- A campaign's recipients whose message failed and was not dealt with yet, behind a contact: whom a retry is for.
-- Index: idx_campaign_recipients_status; per row idx_campaigns_parent_id with campaign_recipients' primary key, and
-- idx_dead_letters_campaign_message.
SELECT f.contact_id, f.session_id, f.variant, f.message_id, f.reason
FROM campaign_recipients f
WHERE f.campaign_id = $1 AND f.company_id = $2 AND f.status = 'failed' AND f.contact_id > $3
    AND NOT EXISTS (
        SELECT FROM campaigns k
        JOIN campaign_recipients r ON r.campaign_id = k.id AND r.contact_id = f.contact_id
        WHERE k.parent_id = $1 AND k.origin = 'retry'
    )
    AND NOT EXISTS (
        SELECT FROM dead_letters d
        WHERE d.message_id = f.message_id AND d.campaign_id IS NOT NULL AND d.resolution IN ('retried', 'discarded')
    )
ORDER BY f.contact_id
LIMIT $4
