-- Takes what is to be told now, and sets the next try; each worker its own.
-- Index: idx_alert_sends_look_at.
UPDATE alert_sends s SET look_at = $1::timestamptz + interval '5 seconds' * power(2, least(s.attempt, 8)), attempt = s.attempt + 1
FROM (
    SELECT id FROM alert_sends WHERE look_at <= $1 ORDER BY look_at LIMIT $2 FOR UPDATE SKIP LOCKED
) AS due
WHERE s.id = due.id
RETURNING s.id, s.company_id, s.alert_id, s.channel, s.data, s.attempt,
    (SELECT row_to_json(a) FROM (SELECT state, channels FROM alerts WHERE id = s.alert_id) AS a) AS alert
