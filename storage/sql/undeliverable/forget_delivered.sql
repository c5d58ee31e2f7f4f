-- These messages were delivered: the people are on WhatsApp after all. Costs nothing where none of a company is marked.
-- Uses each partition's primary key (the range of created_at leaves those concerned) and the table's own.
DELETE FROM undeliverable_people u
USING messages m
WHERE EXISTS (SELECT FROM undeliverable_people WHERE company_id = ANY($5::uuid[]))
    AND (m.id, m.created_at) IN (SELECT id, created_at FROM unnest($1::uuid[], $2::timestamptz[]) AS g (id, created_at))
    AND m.created_at BETWEEN $3 AND $4
    AND u.company_id = m.company_id AND u.phone = m.to_phone
