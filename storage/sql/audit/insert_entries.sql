-- What somebody does, once for each of these companies (NULL: the installation).
-- Nothing to look up.
INSERT INTO audit_log (id, company_id, created_at, actor_kind, actor_id, actor_name, operation, object_kind, object_id,
                       object_name, changes, address, request_id, done)
SELECT u.id, u.company_id, $3, $4, $5, $6, $7, $8, $9, $10, $11::jsonb, $12, $13, $14
FROM unnest($1::uuid[], $2::uuid[]) AS u (id, company_id)
