-- Who wants no messages of a kind, the newest word first, behind a cursor; with the name of their contact.
-- Uses idx_suppressions_at and idx_contacts_phone.
SELECT s.phone, s.kind, s.source, s.at, s.event_id, c.id AS contact_id, c.name
FROM (
    SELECT company_id, phone, kind, source, at, event_id
    FROM suppressions
    WHERE company_id = $1 AND kind = $2 AND active AND (at, phone) < ($3, $4::text)
    ORDER BY at DESC, phone DESC
    LIMIT $5
) AS s
LEFT JOIN contacts c ON c.company_id = s.company_id AND c.phone = s.phone AND c.phone IS NOT NULL
ORDER BY s.at DESC, s.phone DESC
