-- New contacts, or what is new of known ones; $18: what is there stays, only blanks are filled. One row per phone.
-- Uses idx_contacts_phone; callers sort by phone, so that two of them wait in no circle.
INSERT INTO contacts AS known (
    company_id, id, phone, wa_id, bsuid, name, email, document, fields, source, first_seen_at, first_event_at,
    last_event_at, last_event_id, last_event_type, last_inbound_at, created_at, updated_at
)
SELECT $1, id, phone, wa_id, bsuid, name, email, document, coalesce(fields, '{}'), source, seen_at, first_event_at,
    last_event_at, last_event_id, last_event_type, last_inbound_at, masteria_id_time(id), $16
FROM unnest(
    $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::jsonb[], $10::text[],
    $11::timestamptz[], $12::timestamptz[], $13::timestamptz[], $14::uuid[], $15::text[], $17::timestamptz[]
) AS new (
    id, phone, wa_id, bsuid, name, email, document, fields, source, seen_at, first_event_at, last_event_at, last_event_id,
    last_event_type, last_inbound_at
)
ON CONFLICT (company_id, phone) WHERE phone IS NOT NULL DO UPDATE
SET wa_id = coalesce(excluded.wa_id, known.wa_id),
    bsuid = coalesce(excluded.bsuid, known.bsuid),
    -- A checkout's name replaces one that the person has given themselves on WhatsApp.
    name = CASE
        WHEN known.source = 'message' AND excluded.source <> 'message' THEN coalesce(excluded.name, known.name)
        WHEN $18 THEN coalesce(known.name, excluded.name)
        ELSE coalesce(excluded.name, known.name)
    END,
    source = CASE WHEN known.source = 'message' THEN excluded.source ELSE known.source END,
    email = CASE WHEN $18 THEN coalesce(known.email, excluded.email) ELSE coalesce(excluded.email, known.email) END,
    document = CASE WHEN $18 THEN coalesce(known.document, excluded.document)
        ELSE coalesce(excluded.document, known.document) END,
    fields = CASE
        WHEN excluded.fields = '{}' THEN known.fields
        WHEN length((known.fields || excluded.fields)::text) > 16384 THEN known.fields
        WHEN $18 THEN excluded.fields || known.fields
        ELSE known.fields || excluded.fields
    END,
    first_seen_at = least(known.first_seen_at, excluded.first_seen_at),
    first_event_at = least(known.first_event_at, excluded.first_event_at),
    last_event_id = CASE WHEN excluded.last_event_at >= coalesce(known.last_event_at, '-infinity')
        THEN excluded.last_event_id ELSE known.last_event_id END,
    last_event_type = CASE WHEN excluded.last_event_at >= coalesce(known.last_event_at, '-infinity')
        THEN excluded.last_event_type ELSE known.last_event_type END,
    last_event_at = greatest(known.last_event_at, excluded.last_event_at),
    last_inbound_at = greatest(known.last_inbound_at, excluded.last_inbound_at),
    updated_at = $16
RETURNING id, phone
