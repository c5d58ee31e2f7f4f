-- How many messages a person has, up to $3.
-- Uses idx_messages_to_phone.
SELECT count(*) FROM (SELECT FROM messages WHERE company_id = $1 AND to_phone = $2 LIMIT $3) AS found
