-- What the last messages of conversations want, and how sure that is; they come sorted, so that nobody waits in a circle.
-- Uses conversations_pkey.
UPDATE conversations c
SET intent = told.intent, confidence = told.confidence, version = version + 1, updated_at = greatest(updated_at, $5)
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::real[]) AS told (company_id, id, intent, confidence)
WHERE c.company_id = told.company_id AND c.id = told.id
