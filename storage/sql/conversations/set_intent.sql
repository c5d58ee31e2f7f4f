-- What the last message of a conversation wants, and how sure that is.
-- Uses conversations_pkey.
UPDATE conversations SET intent = $3, confidence = $4, version = version + 1, updated_at = greatest(updated_at, $5)
WHERE company_id = $1 AND id = $2
RETURNING version
