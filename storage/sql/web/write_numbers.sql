-- Keeps what a look-up found; the newest answer counts.
-- Index: primary key of web_numbers.
INSERT INTO web_numbers AS n (company_id, phone, registered, jid, checked_at)
SELECT $1, given.phone, given.registered, given.jid, given.checked_at
FROM unnest($2::text[], $3::boolean[], $4::text[], $5::timestamptz[]) AS given (phone, registered, jid, checked_at)
ORDER BY given.phone
ON CONFLICT (company_id, phone) DO UPDATE
SET registered = excluded.registered, jid = excluded.jid, checked_at = excluded.checked_at
WHERE n.checked_at <= excluded.checked_at
