-- Keeps what capped sessions have sent; a sender that has lost its session changes nothing.
-- Index: primary key of session_spending.
INSERT INTO session_spending AS s (session_id, fence, spent)
SELECT session_id, fence, spent FROM unnest($1::uuid[], $2::bigint[], $3::jsonb[]) AS given (session_id, fence, spent)
ORDER BY session_id
ON CONFLICT (session_id) DO UPDATE SET fence = excluded.fence, spent = excluded.spent WHERE s.fence <= excluded.fence
