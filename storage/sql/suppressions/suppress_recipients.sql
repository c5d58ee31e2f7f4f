-- No more marketing to the people whom these messages were for; told to the company's own systems, where they want to know.
-- Uses each partition's primary key (the range of created_at leaves those concerned) and the table's own, that of contacts
-- and idx_outgoing_webhooks_company_id.
WITH kept AS (
    INSERT INTO suppressions AS known (company_id, phone, kind, active, source, at)
    SELECT DISTINCT ON (m.company_id, m.to_phone) m.company_id, m.to_phone, 'marketing', true, given.source, $4
    FROM unnest($1::uuid[], $2::timestamptz[], $3::text[]) AS given (id, created_at, source)
    JOIN messages m ON m.id = given.id AND m.created_at = given.created_at
    WHERE m.created_at BETWEEN $5 AND $6
    ORDER BY m.company_id, m.to_phone
    ON CONFLICT (company_id, phone, kind) DO UPDATE
    SET active = true, source = excluded.source, at = excluded.at
    WHERE excluded.at >= known.at AND NOT known.active
    RETURNING company_id, phone, kind, source, at
), told AS (
    INSERT INTO outgoing_changes (company_id, event_type, data, at_ms)
    SELECT k.company_id, 'contact.opted_out', masteria_opted_out(c.id, k.phone, k.kind, k.source, k.at, NULL),
           (extract(epoch FROM k.at) * 1000)::bigint
    FROM kept k
    LEFT JOIN contacts c ON c.company_id = k.company_id AND c.phone = k.phone
    WHERE EXISTS (
        SELECT FROM outgoing_webhooks w
        WHERE w.company_id = k.company_id AND w.active AND w.deleted_at IS NULL AND 'contact.opted_out' = ANY(w.event_types)
    )
)
SELECT company_id, phone FROM kept
