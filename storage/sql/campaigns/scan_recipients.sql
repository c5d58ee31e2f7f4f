-- A campaign's recipients, newest contact first, behind a contact: a window of $5, of which up to $6 with the status
-- (pending: without a message), reason, number, variant and reach (replied, bought) asked for are hits; and the
-- window's last row.
-- Index: campaign_recipients' primary key; primary keys of the rest, one look-up per row of the window.
SELECT s.contact_id AS id, masteria_id_time(s.contact_id) AS created_at, s.session_id, s.message_id, s.retry_of,
       s.variant, s.marked, s.marked_reason, s.position, s.hit, c.name, c.phone, s.to_phone, s.status, s.reason,
       s.attempt, s.updated_at, s.error, s.text
FROM (
    SELECT l.*, m.to_phone, m.status, m.reason, m.attempt, m.updated_at, m.error, m.text,
           coalesce(($3::text[] IS NULL OR coalesce(m.status, 'pending') = ANY($3))
               AND ($7::text IS NULL OR m.reason = $7) AND ($8::uuid IS NULL OR l.session_id = $8)
               AND ($9::smallint IS NULL OR l.variant = $9)
               AND ($10::text IS NULL OR EXISTS (
                   SELECT FROM message_reached x WHERE x.message_id = l.message_id AND x.what = $10
               )), false) AS hit
    FROM (
        SELECT r.contact_id, r.session_id, r.message_id, r.retry_of, r.variant, r.status AS marked,
               r.reason AS marked_reason, row_number() OVER (ORDER BY r.contact_id DESC) AS position
        FROM campaign_recipients r
        WHERE r.campaign_id = $1 AND r.company_id = $2 AND r.contact_id < $4
        ORDER BY r.contact_id DESC
        LIMIT $5
    ) AS l
    LEFT JOIN messages m ON m.id = l.message_id AND m.created_at = masteria_id_time(l.message_id)
) AS s
LEFT JOIN contacts c ON c.company_id = $2 AND c.id = s.contact_id
WHERE s.hit OR s.position = $5
ORDER BY s.contact_id DESC
LIMIT $6
