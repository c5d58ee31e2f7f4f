-- Makes these a contact's tags, and no others.
-- Uses idx_contact_tags_contact and the primary key of contact_tags.
WITH gone AS (
    DELETE FROM contact_tags WHERE company_id = $1 AND contact_id = $2 AND NOT tag = ANY($3::text[])
)
INSERT INTO contact_tags (company_id, tag, contact_id)
SELECT $1, tag, $2 FROM unnest($3::text[]) AS tag
ON CONFLICT DO NOTHING
