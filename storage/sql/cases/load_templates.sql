-- Templates that the steps of cases send, each of the company that its case is of, as evaluation needs them.
-- Uses templates_pkey.
SELECT t.id, t.name, t.kind, t.language, t.category, t.body, t.components, t.defaults, t.status, t.company_id
FROM unnest($1::uuid[], $2::uuid[]) AS asked (company_id, id)
JOIN templates t ON t.id = asked.id AND t.company_id = asked.company_id AND t.deleted_at IS NULL
