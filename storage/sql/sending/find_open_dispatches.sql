-- Dispatches of these sessions whose time is over, with the messages of each that have no answer yet.
-- Index: idx_dispatches_session (small: only what is being sent), idx_message_attempts_message_id.
SELECT d.id, d.company_id, d.session_id, d.fence, open.message_id, open.attempt
FROM dispatches d
LEFT JOIN LATERAL (
    SELECT u.message_id, u.attempt
    FROM unnest(d.message_ids, d.attempts) AS u (message_id, attempt)
    WHERE NOT EXISTS (
        SELECT FROM message_attempts a
        WHERE a.message_id = u.message_id AND a.created_at = masteria_id_time(u.message_id) AND a.dispatch_id = d.id
    )
) AS open ON true
WHERE d.session_id = ANY($1::uuid[]) AND d.send_before < now() - $2::interval AND d.id <> ALL($3::uuid[])
