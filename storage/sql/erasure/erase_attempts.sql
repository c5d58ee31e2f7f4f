-- Takes out of attempts what WhatsApp said of a number, and its ids, which hold it.
-- Uses idx_message_attempts_message_id.
UPDATE message_attempts a SET error = NULL, provider_id = NULL
WHERE a.company_id = $1 AND a.message_id = ANY($2::uuid[]) AND a.created_at BETWEEN $3 AND $4
