-- A template that variants are made of, locked: its text stays what it is meanwhile.
-- Uses templates_pkey.
SELECT id, kind, language, body, defaults, body_version
FROM templates
WHERE company_id = $1 AND id = $2 AND deleted_at IS NULL
FOR UPDATE
