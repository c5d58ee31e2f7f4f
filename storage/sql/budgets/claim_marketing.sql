-- Counts one marketing message to each of these people ($1 companies, $2 phones, $3 most in 24 hours) where there is room.
-- Index: primary key of marketing_people; in the order of its key, so that two hosts never wait in a circle.
INSERT INTO marketing_people AS k (company_id, phone, since, sent)
SELECT company_id, phone, now(), 1
FROM unnest($1::uuid[], $2::text[]) AS given (company_id, phone)
ORDER BY company_id, phone
ON CONFLICT (company_id, phone) DO UPDATE
SET since = CASE WHEN k.since <= now() - interval '24 hours' THEN now() ELSE k.since END,
    sent = CASE WHEN k.since <= now() - interval '24 hours' THEN 1 ELSE k.sent + 1 END
WHERE (k.blocked_until IS NULL OR k.blocked_until <= now())
    AND (k.since <= now() - interval '24 hours' OR k.sent < $3)
RETURNING k.company_id, k.phone
