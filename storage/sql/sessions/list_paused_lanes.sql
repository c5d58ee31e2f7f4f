-- Sessions of a company with a paused lane.
-- Uses idx_sessions_company_id.
SELECT id, ARRAY(SELECT jsonb_array_elements_text(options -> 'budgets' -> 'paused_lanes')) AS lanes
FROM sessions
WHERE company_id = $1 AND deleted_at IS NULL AND jsonb_typeof(options -> 'budgets' -> 'paused_lanes') = 'array'
