-- Another shortcut or text for a quick reply (NULL: as it is); a shortcut that is taken is an error.
-- Uses quick_replies_pkey.
UPDATE quick_replies SET shortcut = coalesce($3, shortcut), text = coalesce($4, text), updated_at = $5
WHERE company_id = $1 AND id = $2
RETURNING id
