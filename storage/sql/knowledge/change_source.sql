-- Changes a source; where what it says has changed, its passages are to be made anew.
-- Uses the primary key.
UPDATE knowledge_sources
SET name = $3,
    question = $4,
    content = $5,
    active = $6,
    bytes = $7,
    version = version + $8::int,
    state = CASE WHEN $8 = 1 THEN 'waiting' ELSE state END,
    error = CASE WHEN $8 = 1 THEN NULL ELSE error END,
    updated_at = $9
WHERE company_id = $1 AND id = $2
RETURNING version
