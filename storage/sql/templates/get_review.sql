-- What WhatsApp knows one of a company's templates by, and what it last said of it.
-- Uses templates_pkey.
SELECT name, language, status, meta_id
FROM templates
WHERE company_id = $1 AND id = $2 AND deleted_at IS NULL AND kind = 'meta'
