-- One quick reply.
-- Uses quick_replies_pkey.
SELECT id, shortcut, text, created_at, updated_at FROM quick_replies WHERE company_id = $1 AND id = $2
