-- WhatsApp wants no marketing for a while (131049, told by webhook) to the people whom these messages were for.
-- Uses each partition's primary key (the range of created_at leaves those concerned) and that of marketing_people.
INSERT INTO marketing_people AS k (company_id, phone, since, sent, blocked_until)
SELECT DISTINCT m.company_id, m.to_phone, now(), 0, $3::timestamptz
FROM unnest($1::uuid[], $2::timestamptz[]) AS given (id, created_at)
JOIN messages m ON m.id = given.id AND m.created_at = given.created_at
WHERE m.created_at BETWEEN $4 AND $5
ORDER BY m.company_id, m.to_phone
ON CONFLICT (company_id, phone) DO UPDATE SET blocked_until = greatest(k.blocked_until, excluded.blocked_until)
