-- These people's next messages, newest first, behind a message each: how many, the last one, and those that wait.
-- Uses idx_messages_to_phone and nothing of the messages but their status.
SELECT given.position - 1 AS position, count(*) AS read, (array_agg(m.id ORDER BY m.created_at, m.id))[1] AS last,
    coalesce(array_agg(m.id) FILTER (WHERE m.status IN ('scheduled', 'queued', 'held')), '{}') AS waiting
FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::uuid[])
    WITH ORDINALITY AS given (company_id, phone, before_at, before_id, position)
CROSS JOIN LATERAL (
    SELECT id, created_at, status
    FROM messages
    WHERE company_id = given.company_id AND to_phone = given.phone
        AND (created_at, id) < (given.before_at, given.before_id)
    ORDER BY created_at DESC, id DESC
    LIMIT $5
) AS m
GROUP BY given.position
