-- A company's flow of a kind, locked until the change that is being made of it is stored.
-- Uses idx_flows_kind.
SELECT id, kind, active, settings, created_at, updated_at FROM flows WHERE company_id = $1 AND kind = $2 FOR UPDATE
