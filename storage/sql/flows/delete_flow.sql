-- Removes a flow; its rules are taken out of use by themselves.
-- Uses idx_flows_kind.
DELETE FROM flows WHERE company_id = $1 AND kind = $2 RETURNING id
