-- A flow as it is from now on; there is one of a kind in a company.
-- Uses idx_flows_kind.
INSERT INTO flows AS f (id, company_id, kind, active, settings, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $6)
ON CONFLICT (company_id, kind) DO UPDATE
SET active = excluded.active, settings = excluded.settings, updated_at = excluded.updated_at
RETURNING id, kind, active, settings, created_at, updated_at
