-- WhatsApp could not deliver to the people whom these messages were for; a day counts once, after 90 days anew.
-- Uses each partition's primary key (the range of created_at leaves those concerned) and the table's own.
INSERT INTO undeliverable_people AS known (company_id, phone, days, last_at)
SELECT DISTINCT m.company_id, m.to_phone, 1, $3::timestamptz
FROM unnest($1::uuid[], $2::timestamptz[]) AS given (id, created_at)
JOIN messages m ON m.id = given.id AND m.created_at = given.created_at
WHERE m.created_at BETWEEN $4 AND $5
ORDER BY m.company_id, m.to_phone
ON CONFLICT (company_id, phone) DO UPDATE
SET days = CASE
        WHEN known.last_at < excluded.last_at - interval '90 days' THEN 1
        WHEN (known.last_at AT TIME ZONE 'UTC')::date = (excluded.last_at AT TIME ZONE 'UTC')::date THEN known.days
        ELSE least(known.days + 1, 1000)
    END,
    last_at = greatest(known.last_at, excluded.last_at)
