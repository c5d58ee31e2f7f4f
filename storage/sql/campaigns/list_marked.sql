-- A campaign's recipients that stand apart with one status, newest contact first, behind a contact: a window of $5 of
-- the index, of which up to $6 with the reason, number and variant asked for are hits; and the window's last row.
-- Index: idx_campaign_recipients_status; primary keys of the rest.
SELECT s.contact_id AS id, masteria_id_time(s.contact_id) AS created_at, s.session_id, s.message_id, s.retry_of,
       s.variant, s.marked, s.marked_reason, s.position, s.hit, c.name, c.phone, m.to_phone, m.status, m.reason,
       m.attempt, m.updated_at, m.error, m.text
FROM (
    SELECT contact_id, session_id, message_id, retry_of, variant, status AS marked, reason AS marked_reason,
           row_number() OVER (ORDER BY contact_id DESC) AS position,
           coalesce(($7::text IS NULL OR reason = $7) AND ($8::uuid IS NULL OR session_id = $8)
               AND ($9::smallint IS NULL OR variant = $9), false) AS hit
    FROM (
        SELECT contact_id, session_id, message_id, retry_of, variant, status, reason
        FROM campaign_recipients
        WHERE campaign_id = $1 AND company_id = $2 AND status = $3 AND contact_id < $4
        ORDER BY contact_id DESC
        LIMIT $5
    ) AS looked
) AS s
LEFT JOIN contacts c ON c.company_id = $2 AND c.id = s.contact_id
LEFT JOIN messages m ON m.id = s.message_id AND m.created_at = masteria_id_time(s.message_id)
WHERE s.hit OR s.position = $5
ORDER BY s.contact_id DESC
LIMIT $6
