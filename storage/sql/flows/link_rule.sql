-- Makes a rule a part of a flow.
-- Uses rules_pkey.
UPDATE rules SET flow_id = $3, flow_part = $4 WHERE company_id = $1 AND id = $2
