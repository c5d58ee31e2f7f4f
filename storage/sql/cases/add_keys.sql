-- Makes the rows that caps are counted in, where there are none yet; keys come sorted.
-- Uses message_caps_pkey and rule_person_uses_pkey.
WITH orders AS (
    INSERT INTO message_caps (key, company_id, used)
    SELECT key, company_id, 0 FROM unnest($1::uuid[], $2::uuid[]) AS t (key, company_id)
    ON CONFLICT (key) DO NOTHING
)
INSERT INTO rule_person_uses (key, company_id, used)
SELECT key, company_id, '{}' FROM unnest($3::uuid[], $4::uuid[]) AS t (key, company_id)
ON CONFLICT (key) DO NOTHING
