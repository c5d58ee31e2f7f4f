-- Until when these people get no more marketing.
-- Index: primary key of marketing_people.
SELECT k.company_id, k.phone, greatest(k.blocked_until, k.since + interval '24 hours') AS until
FROM unnest($1::uuid[], $2::text[]) AS given (company_id, phone)
JOIN marketing_people k ON k.company_id = given.company_id AND k.phone = given.phone
