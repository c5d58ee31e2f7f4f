-- Sessions that the steps of cases send through, each of the company that its case is of.
-- Uses sessions_pkey.
SELECT s.id, s.transport, s.state, s.company_id
FROM unnest($1::uuid[], $2::uuid[]) AS asked (company_id, id)
JOIN sessions s ON s.id = asked.id AND s.company_id = asked.company_id AND s.deleted_at IS NULL
