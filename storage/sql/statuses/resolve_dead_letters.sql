-- A message that counted as failed was delivered after all: its dead letter must not be sent again.
-- Index: idx_dead_letters_company_id (a dead letter is never older than its message).
UPDATE dead_letters
SET resolved_at = $3, resolution = 'delivered'
WHERE company_id = ANY($1::uuid[]) AND message_id = ANY($2::uuid[]) AND resolved_at IS NULL
    AND created_at >= (SELECT min(masteria_id_time(id)) FROM unnest($2::uuid[]) AS id)
