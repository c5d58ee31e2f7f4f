-- Takes in what people said about messages, one word per person and kind; an older word than the one known changes nothing.
-- Who stopped only now is told to the company's own systems, where they want to know.
-- Uses the table's primary key, idx_outgoing_webhooks_company_id, idx_contacts_phone.
WITH kept AS (
    INSERT INTO suppressions AS known (company_id, phone, kind, active, source, at, event_id)
    SELECT company_id, phone, kind, active, source, at, event_id
    FROM unnest($1::uuid[], $2::text[], $3::boolean[], $4::text[], $5::timestamptz[], $6::text[], $7::uuid[])
        AS heard (company_id, phone, active, source, at, kind, event_id)
    ON CONFLICT (company_id, phone, kind) DO UPDATE
    SET active = excluded.active, source = excluded.source, at = excluded.at, event_id = excluded.event_id
    WHERE excluded.at >= known.at
    RETURNING company_id, phone, kind, active, source, at, event_id
)
INSERT INTO outgoing_changes (company_id, event_type, data, at_ms)
SELECT k.company_id, 'contact.opted_out', masteria_opted_out(c.id, k.phone, k.kind, k.source, k.at, k.event_id),
       (extract(epoch FROM k.at) * 1000)::bigint
FROM kept k
LEFT JOIN contacts c ON c.company_id = k.company_id AND c.phone = k.phone
WHERE k.active
    AND EXISTS (
        SELECT FROM outgoing_webhooks w
        WHERE w.company_id = k.company_id AND w.active AND w.deleted_at IS NULL AND 'contact.opted_out' = ANY(w.event_types)
    )
    AND NOT EXISTS ( -- as it was before this statement
        SELECT FROM suppressions s WHERE s.company_id = k.company_id AND s.phone = k.phone AND s.kind = k.kind AND s.active
    )
