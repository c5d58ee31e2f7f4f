-- What became of an attempt, into the delivery's log; nothing if somebody else has recorded that attempt.
-- Index: primary key.
UPDATE outgoing_deliveries SET
    state = $4, attempt = $3 + 1, next_attempt_at = $5, leased_until = NULL, last_status = $6, last_reason = $7,
    attempts = (CASE WHEN jsonb_array_length(attempts) >= $8 THEN attempts - 0 ELSE attempts END) || $9::jsonb,
    finished_at = CASE WHEN $4 = 'pending' THEN NULL ELSE $10::timestamptz END
WHERE id = $2 AND company_id = $1 AND state = 'pending' AND attempt = $3
RETURNING id
