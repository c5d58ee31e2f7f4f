-- Ends running cases of these orders that name the event's type; waits for one that is just going on.
-- Uses idx_rule_cases_order; locks in the order of ids, so that two batches wait in no circle.
WITH hit AS (
    SELECT k.id, c.event_type
    FROM unnest($1::uuid[], $2::text[], $3::text[]) AS c (company_id, order_id, event_type)
    JOIN rule_cases k ON k.company_id = c.company_id AND k.order_id = c.order_id AND k.state = 'running'
    WHERE c.event_type = ANY(k.cancel_on)
    ORDER BY k.id
    FOR UPDATE OF k
)
UPDATE rule_cases k
SET state = 'cancelled', reason = 'cancelled_by:' || hit.event_type, due_at = NULL, updated_at = $4
FROM hit
WHERE k.id = hit.id AND k.state = 'running'
