-- Of what replays decided on events it stays what rules decided, not what they found.
-- Uses event_replays_pkey.
UPDATE event_replays r
SET runs = (
    SELECT coalesce(jsonb_agg(jsonb_build_object(
        'rule_id', run -> 'rule_id', 'version', run -> 'version', 'outcome', run -> 'outcome', 'reason', run -> 'reason'
    )), '[]')
    FROM jsonb_array_elements(CASE WHEN jsonb_typeof(r.runs) = 'array' THEN r.runs ELSE '[]' END) AS run
)
WHERE r.company_id = $1 AND r.event_id = ANY($2::uuid[])
