-- Takes in people of a file, one row per phone: contacts, and whoever they are their lists, tags and consents.
-- Uses idx_contacts_phone and the primary keys; the rows come sorted by phone, so that two writers wait in no circle.
WITH given AS MATERIALIZED (
    SELECT id, phone, name, email, document, coalesce(fields, '{}') AS fields, consent_id
    FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::jsonb[], $8::uuid[])
        AS row (id, phone, name, email, document, fields, consent_id)
), known AS MATERIALIZED (
    SELECT c.id, c.phone
    FROM given g JOIN contacts c ON c.company_id = $1 AND c.phone = g.phone AND c.phone IS NOT NULL
), stored AS (
    INSERT INTO contacts AS old (
        company_id, id, phone, name, email, document, fields, source, first_seen_at, created_at, updated_at
    )
    SELECT $1, id, phone, name, email, document, fields, 'import', $9, masteria_id_time(id), $9 FROM given
    ON CONFLICT (company_id, phone) WHERE phone IS NOT NULL DO UPDATE
    SET name = coalesce(excluded.name, old.name),
        email = coalesce(excluded.email, old.email),
        document = coalesce(excluded.document, old.document),
        fields = CASE
            WHEN length((old.fields || excluded.fields)::text) > 16384 THEN old.fields
            ELSE old.fields || excluded.fields
        END,
        source = CASE WHEN old.source = 'message' THEN 'import' ELSE old.source END,
        updated_at = $9
    WHERE $10 AND (
        excluded.name <> coalesce(old.name, '')
        OR excluded.email <> coalesce(old.email, '')
        OR excluded.document <> coalesce(old.document, '')
        OR NOT old.fields @> excluded.fields
    )
    RETURNING id, phone, xmax = 0 AS fresh
), everyone AS MATERIALIZED (
    SELECT id, phone FROM known UNION SELECT id, phone FROM stored
), members AS (
    INSERT INTO contact_list_members (company_id, list_id, contact_id, added_at, source)
    SELECT $1, l.id, e.id, $9, $17
    FROM unnest($11::uuid[]) AS l (id) CROSS JOIN everyone e
    ORDER BY l.id, e.id
    ON CONFLICT DO NOTHING
), tagged AS (
    INSERT INTO contact_tags (company_id, tag, contact_id, added_at)
    SELECT DISTINCT $1::uuid, tag, id, $9::timestamptz
    FROM (
        SELECT t.tag, e.id FROM unnest($12::text[]) AS t (tag) CROSS JOIN everyone e
        UNION ALL
        SELECT t.tag, e.id FROM unnest($18::text[], $19::text[]) AS t (phone, tag) JOIN everyone e USING (phone)
    ) AS wanted
    ORDER BY tag, id
    ON CONFLICT DO NOTHING
), agreed AS (
    INSERT INTO consents (company_id, contact_id, id, purpose, granted, source, at, created_by, created_at)
    SELECT $1, e.id, g.consent_id, $13, true, $14, $15, $16, $9
    FROM everyone e JOIN given g USING (phone)
    WHERE g.consent_id IS NOT NULL
    ON CONFLICT DO NOTHING
)
SELECT
    (SELECT count(*) FROM everyone) AS people,
    (SELECT count(*) FROM stored WHERE fresh) AS new,
    (SELECT count(*) FROM stored WHERE NOT fresh AND id < $20) AS updated,
    (SELECT count(*) FROM known WHERE id >= $20) AS merged
