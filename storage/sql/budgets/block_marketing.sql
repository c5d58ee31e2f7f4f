-- WhatsApp wants no marketing to a person for a while (131049).
-- Index: primary key of marketing_people.
INSERT INTO marketing_people AS k (company_id, phone, since, sent, blocked_until)
SELECT company_id, phone, now(), 0, until FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS g (company_id, phone, until)
ORDER BY company_id, phone
ON CONFLICT (company_id, phone) DO UPDATE SET blocked_until = greatest(k.blocked_until, excluded.blocked_until)
