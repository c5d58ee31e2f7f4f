-- What an idempotency key was used for.
-- Uses idempotency_keys_pkey.
SELECT message_id, request_hash FROM idempotency_keys WHERE company_id = $1 AND key = $2
