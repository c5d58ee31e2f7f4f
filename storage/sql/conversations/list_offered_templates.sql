-- Approved templates of WhatsApp's, by name: what may be sent while a window is closed.
-- Uses idx_templates_name of the company, whose templates are few.
SELECT id, name, language, category, body
FROM templates
WHERE company_id = $1 AND deleted_at IS NULL AND kind = 'meta' AND lower(status) = 'approved' AND category <> 'authentication'
    AND (stopped_until IS NULL OR stopped_until <= now())
ORDER BY name, language
LIMIT 50
