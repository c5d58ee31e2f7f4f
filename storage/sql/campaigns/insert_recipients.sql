-- Recipients, before anything is made for them; who is there already stays as he is.
-- Uses the table's primary key.
INSERT INTO campaign_recipients (campaign_id, contact_id, company_id, session_id, variant, retry_of)
SELECT $1, given.contact_id, $2, given.session_id, given.variant, given.retry_of
FROM unnest($3::uuid[], $4::uuid[], $5::smallint[], $6::uuid[]) AS given (contact_id, session_id, variant, retry_of)
ON CONFLICT (campaign_id, contact_id) DO NOTHING
