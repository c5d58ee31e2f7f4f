-- What a session knows of people: whether WhatsApp has them, and whether they have written to it.
-- Index: primary keys of web_numbers and web_chats.
SELECT given.phone, n.registered, n.jid, n.checked_at, c.answered_at IS NOT NULL AS answered
FROM unnest($3::text[]) AS given (phone)
LEFT JOIN web_numbers n ON n.company_id = $1 AND n.phone = given.phone
LEFT JOIN web_chats c ON c.session_id = $2 AND c.phone = given.phone
WHERE n.phone IS NOT NULL OR c.phone IS NOT NULL
