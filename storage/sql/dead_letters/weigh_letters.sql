-- What these dead letters are, to decide about them; those that a transaction is to change are locked.
-- Uses dead_letters_pkey.
SELECT id, kind, event_id, message_id, class, code, resolved_at, created_at
FROM dead_letters
WHERE company_id = $1 AND id = ANY($2::uuid[])
ORDER BY id
FOR UPDATE
