-- A page of the contacts that have any of the tags $13 behind an id, each told whether an audience means it.
-- Uses the primary key of contact_tags, in order, $3 entries of each tag.
SELECT c.id, c.phone, c.wa_id, c.name, c.email, c.document, c.fields, c.source, c.last_event_type, c.last_event_at,
    c.last_inbound_at, c.created_at,
    coalesce(
        (cardinality($4::uuid[]) = 0 OR (SELECT true FROM contact_list_members m
            WHERE m.list_id = ANY($4) AND m.contact_id = c.id AND m.company_id = $1 LIMIT 1) IS NOT NULL)
        AND (cardinality($5::uuid[]) = 0 OR (SELECT true FROM contact_list_members m
            WHERE m.list_id = ANY($5) AND m.contact_id = c.id AND m.company_id = $1 LIMIT 1) IS NULL)
        AND (cardinality($6::text[]) = 0 OR (SELECT true FROM contact_tags t WHERE t.company_id = $1 AND t.tag = ANY($6) AND t.contact_id = c.id LIMIT 1) IS NOT NULL)
        AND (cardinality($7::text[]) = 0 OR cardinality($7) = (
            SELECT count(*) FROM contact_tags t WHERE t.company_id = $1 AND t.tag = ANY($7) AND t.contact_id = c.id
        ))
        AND (cardinality($8::text[]) = 0 OR (SELECT true FROM contact_tags t WHERE t.company_id = $1 AND t.tag = ANY($8) AND t.contact_id = c.id LIMIT 1) IS NULL)
        AND (cardinality($9::text[]) = 0 OR c.last_event_type = ANY($9))
        AND ($10::timestamptz IS NULL OR c.last_event_at >= $10)
        AND ($11::timestamptz IS NULL OR c.last_event_at < $11)
        AND ($12::boolean IS NULL OR $12 = ((SELECT true FROM suppressions s
            WHERE s.company_id = $1 AND s.phone = c.phone AND s.kind = 'all' AND s.active LIMIT 1) IS NOT NULL)), false) AS hit
FROM (
    SELECT DISTINCT found.contact_id
    FROM unnest($13::text[]) AS wanted CROSS JOIN LATERAL (
        SELECT t.contact_id FROM contact_tags t
        WHERE t.company_id = $1 AND t.tag = wanted AND t.contact_id > $2
        ORDER BY t.contact_id
        LIMIT $3
    ) AS found
    ORDER BY found.contact_id
    LIMIT $3
) AS tagged
JOIN contacts c ON c.company_id = $1 AND c.id = tagged.contact_id
ORDER BY c.id
