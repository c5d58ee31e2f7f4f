-- Contacts with their tags, places in lists and consents; returns those that were there.
-- Uses the primary keys, idx_contact_tags_contact and idx_contact_list_members_contact.
WITH tags AS (
    DELETE FROM contact_tags WHERE company_id = $1 AND contact_id = ANY($2::uuid[])
), members AS (
    DELETE FROM contact_list_members WHERE company_id = $1 AND contact_id = ANY($2::uuid[])
), words AS (
    DELETE FROM consents WHERE company_id = $1 AND contact_id = ANY($2::uuid[])
)
DELETE FROM contacts WHERE company_id = $1 AND id = ANY($2::uuid[]) RETURNING id
