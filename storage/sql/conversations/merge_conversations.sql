-- Two conversations become one, $3: who waits, what is unread and the last words are of both, the rest is its own.
-- Uses conversations_pkey.
WITH gone AS (
    DELETE FROM conversations WHERE company_id = $1 AND id = $2 RETURNING *
)
UPDATE conversations n
SET unread = n.unread + g.unread, waiting_since = least(n.waiting_since, g.waiting_since),
    state = CASE WHEN 'open' IN (n.state, g.state) THEN 'open' ELSE n.state END,
    name = coalesce(n.name, g.name), name_at = coalesce(n.name_at, g.name_at),
    assignee_id = coalesce(n.assignee_id, g.assignee_id),
    ai_on = n.ai_on AND g.ai_on, ai_off_reason = coalesce(n.ai_off_reason, g.ai_off_reason),
    (last_inbound_at, last_event_id, last_type, last_text) = (
        SELECT l.at, l.event_id, l.type, l.text
        FROM (VALUES (n.last_inbound_at, n.last_event_id, n.last_type, n.last_text),
            (g.last_inbound_at, g.last_event_id, g.last_type, g.last_text)) AS l (at, event_id, type, text)
        ORDER BY l.at DESC, l.event_id DESC LIMIT 1
    ),
    last_outbound_text = CASE WHEN g.last_outbound_at > coalesce(n.last_outbound_at, '-infinity')
        THEN g.last_outbound_text ELSE n.last_outbound_text END,
    last_outbound_at = greatest(n.last_outbound_at, g.last_outbound_at),
    version = n.version + 1, updated_at = greatest(n.updated_at, $4)
FROM gone g
WHERE n.company_id = $1 AND n.id = $3
