-- The campaign that has waited longest to be looked at; who holds its row is left alone.
-- Index: idx_campaigns_look_at.
UPDATE campaigns c SET look_at = now() + $1::interval
FROM (
    SELECT id FROM campaigns
    WHERE state IN ('running', 'scheduled') AND look_at <= now()
    ORDER BY look_at
    LIMIT 1
    FOR NO KEY UPDATE SKIP LOCKED
) AS due
WHERE c.id = due.id
RETURNING c.id, c.company_id, c.name, c.state, c.definition, c.parent_id, c.origin, c.made_to, c.stalled, c.next_run_at,
          c.as_of, c.moved_at, c.updated_at
