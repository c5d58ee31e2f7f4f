-- What became of claimed cases.
-- Uses rule_cases_pkey.
UPDATE rule_cases k
SET state = t.state, reason = t.reason, position = t.position::jsonb, due_at = t.due_at, tries = t.tries,
    log = k.log || t.log::jsonb, updated_at = $8
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::smallint[], $7::text[])
    AS t (id, state, reason, position, due_at, tries, log)
WHERE k.id = t.id AND k.state = 'running'
