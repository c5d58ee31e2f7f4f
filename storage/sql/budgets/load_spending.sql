-- What sessions have sent.
-- Index: primary key of session_spending.
SELECT session_id, spent FROM session_spending WHERE session_id = ANY($1::uuid[])
