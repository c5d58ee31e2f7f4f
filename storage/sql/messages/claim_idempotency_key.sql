-- Takes an idempotency key for a new message; nothing is returned if the company has used it already.
-- Uses idempotency_keys_pkey.
INSERT INTO idempotency_keys (company_id, key, request_hash, message_id)
VALUES ($1, $2, $3, $4)
ON CONFLICT (company_id, key) DO NOTHING
RETURNING message_id
