-- Remembers which person held texts wait for.
-- Index: primary key of window_waits.
INSERT INTO window_waits (session_id, message_id, company_id, phone)
SELECT session_id, message_id, company_id, phone
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[]) AS given (session_id, message_id, company_id, phone)
ON CONFLICT DO NOTHING
