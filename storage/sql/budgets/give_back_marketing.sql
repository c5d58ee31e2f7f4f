-- Marketing that was counted did not go out ($3: how many).
-- Index: primary key of marketing_people.
UPDATE marketing_people k
SET sent = greatest(0, k.sent - given.unsent)
FROM unnest($1::uuid[], $2::text[], $3::integer[]) AS given (company_id, phone, unsent)
WHERE k.company_id = given.company_id AND k.phone = given.phone
