-- Deletes a quick reply.
-- Uses quick_replies_pkey.
DELETE FROM quick_replies WHERE company_id = $1 AND id = $2 RETURNING id
