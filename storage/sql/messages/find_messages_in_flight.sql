-- Which messages of these sessions a sender may be sending right now.
-- Uses idx_dispatches_session; the table holds open dispatches only.
SELECT DISTINCT unnest(message_ids) AS id FROM dispatches WHERE company_id = $1 AND session_id = ANY($2::uuid[])
