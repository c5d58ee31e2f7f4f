-- The names of a company's numbers, rules, templates or campaigns, deleted ones too where their rows are kept.
-- Index: the primary keys.
SELECT id, name FROM sessions WHERE $2 = 'message' AND id = ANY($3::uuid[]) AND company_id = $1
UNION ALL
SELECT id, name FROM rules WHERE $2 = 'rule' AND id = ANY($3::uuid[]) AND company_id = $1
UNION ALL
SELECT id, name FROM templates WHERE $2 = 'template' AND id = ANY($3::uuid[]) AND company_id = $1
UNION ALL
SELECT id, name FROM campaigns WHERE $2 = 'campaign' AND id = ANY($3::uuid[]) AND company_id = $1
