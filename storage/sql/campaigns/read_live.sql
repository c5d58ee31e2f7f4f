-- What the roll-ups say of a campaign, and the watermarks of the same snapshot.
-- Index: metric_periods_pkey, one range; metric_watermarks_pkey.
SELECT p.key, p.value, NULL::text AS writer, NULL::bigint AS epoch
FROM metric_periods p
WHERE p.company_id = $1 AND p.step_s = 0 AND p.start = 'epoch'::timestamptz AND p.kind = 'campaign'
    AND p.session_id = $2
UNION ALL
SELECT NULL, w.seq, w.writer, w.epoch
FROM unnest($3::text[], $4::bigint[]) AS asked (writer, epoch)
JOIN metric_watermarks w ON w.writer = asked.writer AND w.epoch = asked.epoch
