-- The messages of campaigns of which these dead letters are.
-- Uses dead_letters_pkey.
SELECT message_id
FROM dead_letters
WHERE company_id = $1 AND id = ANY($2::uuid[]) AND campaign_id IS NOT NULL AND message_id IS NOT NULL
