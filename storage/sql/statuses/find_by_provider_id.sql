-- Finds messages by WhatsApp's id where a status does not carry ours; receipts come for 30 days at most.
-- Index: idx_message_attempts_provider_id of the partitions concerned.
SELECT a.company_id, a.provider_id, a.message_id
FROM unnest($1::text[], $2::uuid[]) AS given (provider_id, company_id)
JOIN message_attempts a ON a.provider_id = given.provider_id AND a.company_id = given.company_id
WHERE a.created_at > now() - interval '40 days'
