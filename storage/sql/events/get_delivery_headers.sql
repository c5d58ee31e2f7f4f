-- The headers of one delivery; $3 is the time inside the id.
-- Uses one partition's primary key.
SELECT headers FROM deliveries WHERE company_id = $1 AND id = $2 AND created_at = $3
