-- Two contacts become one, $3, whose own word counts: tags, lists and consents of $2 are its too, and blanks are filled.
-- Uses the primary keys, idx_contact_tags_contact and idx_contact_list_members_contact.
WITH gone AS (
    DELETE FROM contacts WHERE company_id = $1 AND id = $2 RETURNING *
), tags AS (
    DELETE FROM contact_tags WHERE company_id = $1 AND contact_id = $2 RETURNING tag, added_at
), members AS (
    DELETE FROM contact_list_members WHERE company_id = $1 AND contact_id = $2 RETURNING list_id, added_at, source
), tagged AS (
    INSERT INTO contact_tags (company_id, tag, contact_id, added_at)
    SELECT $1, tag, $3, added_at FROM tags ORDER BY tag
    ON CONFLICT DO NOTHING
), listed AS (
    INSERT INTO contact_list_members (company_id, list_id, contact_id, added_at, source)
    SELECT $1, list_id, $3, added_at, source FROM members ORDER BY list_id
    ON CONFLICT DO NOTHING
), agreed AS (
    UPDATE consents SET contact_id = $3 WHERE company_id = $1 AND contact_id = $2
)
UPDATE contacts n
SET name = coalesce(n.name, g.name), email = coalesce(n.email, g.email), document = coalesce(n.document, g.document),
    bsuid = coalesce(n.bsuid, g.bsuid),
    fields = CASE WHEN length((g.fields || n.fields)::text) > 16384 THEN n.fields ELSE g.fields || n.fields END,
    first_seen_at = least(n.first_seen_at, g.first_seen_at), first_event_at = least(n.first_event_at, g.first_event_at),
    last_event_id = CASE WHEN g.last_event_at > coalesce(n.last_event_at, '-infinity') THEN g.last_event_id ELSE n.last_event_id END,
    last_event_type = CASE WHEN g.last_event_at > coalesce(n.last_event_at, '-infinity') THEN g.last_event_type ELSE n.last_event_type END,
    last_event_at = greatest(n.last_event_at, g.last_event_at),
    last_inbound_at = greatest(n.last_inbound_at, g.last_inbound_at),
    last_message_at = greatest(n.last_message_at, g.last_message_at), updated_at = $4
FROM gone g
WHERE n.company_id = $1 AND n.id = $3
